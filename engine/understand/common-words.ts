/** Ordinary words that the dictionary lacks, or knows as names although in a chat they hardly ever are one. */
export const COMMON_WORDS: readonly string[] = (
  "a an the and or but nor so yet if than then of in on at by for from to with without into onto off over under about as " +
  "i you he she it we they me him her us them my your his its our their mine yours hers ours theirs myself yourself " +
  "this that these those here there where when why how what which who whom whose is am are was were be been being do does " +
  "did done have has had having will would shall should can could may might must not no yes none nothing nobody nowhere " +
  "im i'm ive i've ill i'll id i'd its it's thats that's theres whats hes shes youre dont doesnt didnt cant couldnt wont " +
  "wouldnt isnt arent wasnt havent hasnt lets gonna wanna gotta gunna gona wana gimme " +
  "hi hello hey hiya howdy greetings yo ok okay okey sure yeah yea yep yup nope nah thanks thank thankyou thx ty please pls plz " +
  "sorry oops hmm um uh er ah oh wow lol haha bye goodbye cheers regards sincerely welcome congrats " +
  "sir madam ma'am miss mister mr mrs ms dr doctor prof professor mate buddy dude bro guys folks everyone anyone someone " +
  "vegan vegetarian pescatarian beginner allergic intolerant diabetic pregnant novice expert newbie newcomer guest member user client " +
  "customer subscriber tenant resident student teacher parent mom mum dad wife husband boyfriend girlfriend " +
  "ridiculous unacceptable awful terrible horrible outrageous absurd crazy nuts bonkers rubbish nonsense joke scam spam " +
  "third first second fourth fifth last next previous latest final " +
  "business company firm shop store office home work school university airport hotel restaurant cafe bank station " +
  "reservation reservations booking bookings appointment brochure catalogue catalog pricelist voucher coupon promo " +
  "warranty guarantee refund refunds delivery parcel invoice receipt quote quotation " +
  "today tomorrow yesterday tonight morning afternoon evening night noon midnight now later soon asap urgent " +
  "monday tuesday wednesday thursday friday saturday sunday january february march april july september " +
  "october november december spring summer autumn winter am pm " +
  "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand zero dozen couple " +
  "name names email emails e-mail mail phone telephone mobile cell number numbers address contact cont details info " +
  "information account password login username user id ids pin code ssn card policy order ticket case reference " +
  "website site app online offline internet wifi chat message text bot robot human agent operator representative person people " +
  "good great fine nice cool awesome perfect excellent wonderful alright right wrong correct incorrect true false maybe perhaps " +
  "again already just only also too very really quite still even ever never always often sometimes usually " +
  "new old big small large little more less most least much many few some any all both each every other another same " +
  "available unavailable able unable unsure aware afraid glad happy sad upset angry annoyed mad furious confused lost stuck ready " +
  "done finished waiting looking trying wondering calling writing interested hoping planning thinking going coming " +
  "alone single married divorced retired unemployed employed disabled blind deaf sick ill tired hungry thirsty busy free late early " +
  "back away out up down left inside outside near far close closed open " +
  "parking wheelchair lunch dinner breakfast brunch meal drinks menu table room seat seats " +
  "gmail yahoo hotmail outlook icloud google facebook whatsapp telegram instagram twitter amazon apple microsoft paypal ebay " +
  "iphone ipad android samsung windows macbook laptop tablet tv " +
  "why because since until while during before after between against through per via " +
  "ma na nahi hai kya haan bhai yaar kindly dear team support help service staff reception manager supervisor boss owner director " +
  "cancel change update confirm check reschedule move switch stop start need want like know think guess suppose mean believe hope wish " +
  "talk speak reply answer ask tell told said say says see saw seen look looks show send sent give gave get got make made take took " +
  "bring put keep let use used try call called calls book booked order ordered buy bought pay paid return returned " +
  "private secret personal confidential anonymous unknown undisclosed n/a na tbd todo test testing " +
  "fluent native local foreign international national muslim christian jewish hindu buddhist catholic straight gay " +
  "american british english french german spanish italian indian chinese japanese thai australian canadian mexican european asian " +
  "covid ai api url faq eta gps vip diy ceo cto hr it usa uk eu uae nyc " +
  "time times date day days week weeks month months year years hour hours minute minutes moment second seconds while " +
  "way thing things stuff lot lots bit kind sort part place side case point issue problem question reason matter fact idea " +
  "better best worse worst enough else instead actually basically honestly seriously literally obviously clearly " +
  "size colour color price prices cost costs fee fees rate discount deal offer sale budget money cash credit debit " +
  "driver doctor's mechanic engineer developer designer nurse lawyer journalist freelancer contractor homeowner landlord " +
  "pizza burger burgers hamburger cheeseburger pepperoni sauce sushi pasta noodles salad sandwich taco fries coke beer wine vodka " +
  "toyota honda hyundai nissan suzuki buick chevrolet chevy mazda kia bmw audi tesla volkswagen volvo skoda renault peugeot fiat jeep " +
  "solutions technologies industries street avenue boulevard mall flight " +
  "thnx tnx myname ref reference refs ph pw num mob acct acc ac passcode pnr pwd dob otp kosher halal company enterprises llc ltd inc corp pvt " +
  "skip pass spelled spelt misspelled misspelt gluten-free non-smoker smoker ok' kk k u r ur n b4 btw fyi imo idk tbh omg wtf asap etc eg ie vs " +
  "omw brb afk gtg ttyl ngl rn lmk smh ikr ffs nvm idc tbc tba tryna finna outta asdf asdfg asdfgh asdfghjkl qwerty qwertz qwertyuiop zxcv zxcvbn " +
  "peckish hangry skint chuffed jetlagged lactose birthday holidays"
).split(" ");

/** Peoples, tongues and feasts that the dictionary lacks: they have a capital and are no person. */
export const PEOPLES: readonly string[] = (
  "danish swedish finnish turkish scottish irish polish welsh kurdish flemish icelandic romanian hungarian lithuanian latvian estonian croatian " +
  "serbian ukrainian georgian kenyan ghanaian ethiopian egyptian moroccan tunisian lebanese syrian iraqi iranian persian arab arabic hebrew hindi " +
  "punjabi bengali tamil urdu pakistani nepali burmese vietnamese filipino malay malaysian indonesian korean taiwanese cantonese mandarin peruvian cuban " +
  "christmas xmas halloween thanksgiving hanukkah"
).split(" ");

/** Yes, no, hello and thanks in other languages. */
export const COMMON_ELSEWHERE: readonly string[] = (
  "да нет не зачем почему что как кто привет здравствуйте спасибо пожалуйста хочу ναι όχι γιατί τι ευχαριστώ γεια نعم لا لماذا ليس شكرا مرحبا السلام " +
  "हाँ हां नहीं क्यों नमस्ते धन्यवाद כן לא למה שלום תודה có không tại sao chào cảm ơn sí oui nein nie não sim hola bonjour hallo ciao gracias merci danke " +
  "pourquoi warum porque obrigado obrigada dziękuję tak"
).split(" ");

/** Names that the dictionary, or the list above, knows only as something else. */
export const ALSO_NAMES: readonly string[] = (
  "will may april june august summer sunny ray rich art grant drew pat sandy dawn robin ruby amber jade ivy daisy lily rosie " +
  "violet hazel olive pearl crystal joy faith hope grace mark rose jack bill frank chase hunter cooper mason carter parker " +
  "page paige dean dale glen gene guy norm wade reed lane angel christian jasmine iris penny ginger destiny heather holly harmony " +
  "melody victor earl king duke max miles jordan chelsea paris london austin dallas brooklyn sydney florence carolina georgia " +
  "virginia israel savannah charlotte madison phoenix dakota diego santiago lourdes israel kenya india china asia norman robin jean"
).split(" ");

/** Ordinary words that are also common surnames: believed behind a first name only. */
export const SURNAMES: readonly string[] = (
  "brown white black green gray grey young king cook baker wood woods hill hall field fields stone rivers brooks banks bush bell " +
  "bird fox wolf swan wright knight bishop pope price day weeks winters snow frost rice bean berry long short little strong sharp " +
  "power powers love good best west north east moon star waters wells ford park parks lake banner butcher potter weaver fisher " +
  "carpenter gardener shepherd farmer miller law quill doe head foot hand cross church house rich poor wise sweet bright golden " +
  "silver gold marsh moss reed heath bridges burns shields steel flowers flower glass ball rush singer dyer barber chandler " +
  "winter winters summers swift prince porter church noble savage stark keen mason page hardy moody gentry marshall steward major pope " +
  "penny love market song reason"
).split(" ");
