/** Businesses that many rules could be written for, and what they deal in: one of it / several. */
const TABLE = `
plumber: tap/taps, boiler/boilers, water heater/water heaters
electrician: socket/sockets, fuse box/fuse boxes, ceiling lamp/ceiling lamps
garage: tyre/tyres, brake/brakes, windscreen/windscreens
bicycles: bike/bikes, e-bike/e-bikes, saddle/saddles
bakery: birthday cake/birthday cakes, loaf/loaves, croissant/croissants
florist: bouquet/bouquets, rose/roses, wreath/wreaths
vet: puppy/puppies, kitten/kittens, rabbit/rabbits
optician: contact lens/contact lenses, spectacle frame/spectacle frames, eye test/eye tests
phones: handset/handsets, charger/chargers, sim card/sim cards
computers: laptop/laptops, printer/printers, router/routers
furniture: sofa/sofas, wardrobe/wardrobes, mattress/mattresses
kitchens: oven/ovens, dishwasher/dishwashers, worktop/worktops
travel: flight/flights, cruise/cruises, suitcase/suitcases
hotel: suite/suites, sauna/saunas, balcony/balconies
insurance: policy/policies, premium/premiums, claim form/claim forms
bank: credit card/credit cards, mortgage/mortgages, savings account/savings accounts
gym: membership/memberships, treadmill/treadmills, yoga mat/yoga mats
school: evening class/evening classes, textbook/textbooks, tutor/tutors
music: guitar/guitars, piano/pianos, violin/violins
books: novel/novels, magazine/magazines, bookmark/bookmarks
shoes: boot/boots, sandal/sandals, trainer/trainers
clothes: coat/coats, dress/dresses, scarf/scarves
garden: lawn mower/lawn mowers, hedge/hedges, greenhouse/greenhouses
builder: roof tile/roof tiles, brick/bricks, drain pipe/drain pipes
toys: jigsaw/jigsaws, teddy bear/teddy bears, kite/kites
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
