/** Businesses that many rules could be written for, and what they deal in: one of it / several. */
const TABLE = `
plumber: tap/taps, boiler/boilers, water heater/water heaters
home: light/lights, alarm/alarms, reminder/reminders
garage: car/cars, tyre/tyres, brake/brakes
bicycles: bike/bikes, e-bike/e-bikes, saddle/saddles
bakery: birthday cake/birthday cakes, loaf/loaves, croissant/croissants
florist: bouquet/bouquets, rose/roses, wreath/wreaths
vet: puppy/puppies, kitten/kittens, rabbit/rabbits
optician: contact lens/contact lenses, spectacle frame/spectacle frames, eye test/eye tests
phones: phone/phones, charger/chargers, sim card/sim cards
computers: laptop/laptops, printer/printers, router/routers
furniture: sofa/sofas, wardrobe/wardrobes, mattress/mattresses
kitchens: oven/ovens, dishwasher/dishwashers, worktop/worktops
travel: flight/flights, trip/trips, ticket/tickets
hotel: room/rooms, suite/suites, hotel/hotels
insurance: policy/policies, claim/claims, premium/premiums
bank: card/cards, account/accounts, payment/payments
gym: membership/memberships, treadmill/treadmills, yoga mat/yoga mats
school: evening class/evening classes, textbook/textbooks, tutor/tutors
music: song/songs, playlist/playlists, guitar/guitars
cinema: movie/movies, film/films, cinema/cinemas
shoes: boot/boots, sandal/sandals, trainer/trainers
clothes: coat/coats, dress/dresses, scarf/scarves
clinic: appointment/appointments, doctor/doctors, prescription/prescriptions
restaurant: table/tables, restaurant/restaurants, menu/menus
post: order/orders, parcel/parcels, package/packages
`;

export interface Trade {
  readonly trade: string;
  readonly things: readonly { readonly one: string; readonly many: string }[];
}

export const TRADES: readonly Trade[] = TABLE.trim()
  .split("\n")
  .map((line) => {
    const [trade = "", list = ""] = line.split(": ");
    const things = list.split(", ").map((pair) => {
      const [one = "", many = ""] = pair.split("/");
      return { one, many };
    });
    return { trade, things };
  });
