/** What people want of such things. `{T}` is the trade's things as a group, `{one}` and `{many}` are an example's. */
export interface Wish {
  readonly wish: string;
  readonly requests: readonly string[];
  readonly triggers: readonly string[];
  readonly except: readonly string[];
  readonly matches: readonly string[];
  readonly ignores: readonly string[];
}

export const WISHES: readonly Wish[] = [
  {
    wish: "price",
    requests: ["email"],
    triggers: [
      "how much (is|are|for|does|do|would) .{0,3} {T}",
      "(price|prices|cost|costs|quote|rate|rates) (of|for|on) (a|an|the|your|my|new)? {T}",
      "what (do|does|would|will) (a|an|the|your)? {T} cost",
    ],
    except: ["(already|just) paid .{0,5} {T}"],
    matches: ["How much are your {many}?", "can i get a quote for the {one}", "what does a {one} cost"],
    ignores: ["your {many} are lovely", "I already paid the cost of the {one}"],
  },
  {
    wish: "repair",
    requests: ["name", "phone"],
    triggers: [
      "(repair|mend|fix|replace) (a|an|the|my|our|this|old)? {T}",
      "{T} (is|are|was|were|has|have)? (broken|cracked|damaged|faulty|leaking|torn)",
      "(broken|cracked|damaged|faulty|leaking|torn) {T}",
    ],
    except: ["(no|not|never|nothing) (longer)? (broken|cracked|damaged|faulty|leaking|torn)"],
    matches: ["could you repair my {one}", "My {one} is broken", "two damaged {many} here"],
    ignores: ["the {one} is not broken", "which {many} are the best?"],
  },
  {
    wish: "buy",
    requests: ["name", "phone"],
    triggers: [
      "(want|like|wish|looking|hoping|going) to? (buy|purchase|get) (a|an|some|the|new|two|three)? new? {T}",
      "(buy|purchase) (a|an|some|another|new)? {T}",
      "do you (sell|stock|carry|supply) .{0,2} {T}",
    ],
    except: ["(bought|purchased) .{0,4} {T}"],
    matches: ["I want to buy a {one}", "do you sell {many}?", "where can i buy {many}"],
    ignores: ["i bought your {many} before and would buy {many} of others", "my {one} is old"],
  },
  {
    wish: "rent",
    requests: ["name", "phone"],
    triggers: [
      "(rent|hire|lease|borrow) (a|an|some|the|your|one|two)? (of|your)? {T}",
      "{T} (for|to) (rent|hire|lease)",
    ],
    except: ["(landlord|flatmate) .{0,6} {T}"],
    matches: ["can I rent a {one} for a week", "do you have {many} for hire"],
    ignores: ["I sold my {one}", "the landlord wants to rent the {one}"],
  },
  {
    wish: "return",
    requests: ["email"],
    triggers: [
      "(return|returning|send|bring|give) (back)? (a|an|the|my|these|this|those) {T}",
      "(refund|refunds) (for|on|of) (a|an|the|my|these|this)? {T}",
    ],
    except: ["(never|not) (return|returning|send|bring|give) .{0,3} {T}"],
    matches: ["I'd like to return the {one}", "a refund for my {many} please"],
    ignores: ["I will never return my {one}", "the {one} fits well"],
  },
  {
    wish: "deliver",
    requests: ["name", "phone"],
    triggers: [
      "(deliver|ship|bring|drop) (a|an|the|my|some|your|those|two)? {T} (to|off|at|on|by|tomorrow|today)",
      "{T} (be|get|come)? (delivered|shipped|dropped)",
      "delivery of (a|an|the|my|some)? {T}",
    ],
    except: ["(was|were) (delivered|shipped) (on|in) time"],
    matches: [
      "can you deliver the {one} to my house",
      "when will the {many} be delivered",
      "delivery of a {one}",
    ],
    ignores: ["the {many} were delivered on time", "is the {one} heavy"],
  },
  {
    wish: "install",
    requests: ["name", "phone"],
    triggers: [
      "(install|fit|mount|assemble|set up) (a|an|the|my|our|new|your)? new? {T}",
      "{T} (installed|fitted|mounted|assembled)",
      "(installation|fitting|assembly) of (a|an|the|my|our)? {T}",
    ],
    except: ["(installed|fitted) .{0,3} myself"],
    matches: ["would you install a new {one}", "I want my {many} fitted", "assembly of the {one}"],
    ignores: ["i fitted it myself, the {one} i mean", "my {one} is blue"],
  },
  {
    wish: "clean",
    requests: ["name", "phone"],
    triggers: [
      "(clean|wash|polish|disinfect) (a|an|the|my|our|these)? {T}",
      "{T} (cleaned|washed|polished|disinfected)",
    ],
    except: ["(how|what) (do|should|to|can) (i|we)? (clean|wash|polish|disinfect)"],
    matches: ["can somebody clean my {one}", "I need the {many} polished"],
    ignores: ["how do i clean the {one}", "a clean house and a {one}"],
  },
  {
    wish: "inspect",
    requests: ["name", "phone"],
    triggers: [
      "(inspect|examine|check|test|look at) (a|an|the|my|our|these|this) {T}",
      "(inspection|examination|checkup) (of|for|on) (a|an|the|my|our)? {T}",
    ],
    except: ["(check|look) .{0,3} {T} (page|online|website)"],
    matches: ["someone should look at my {one}", "an inspection of our {many}"],
    ignores: ["I check the {one} page daily", "we own three {many}"],
  },
  {
    wish: "warranty",
    requests: ["email"],
    triggers: [
      "(warranty|guarantee|coverage) (of|on|for|with) (a|an|the|my|your|all)? {T}",
      "{T} (under|in|out of|covered by) (warranty|guarantee)",
    ],
    except: ["(expired|void) (warranty|guarantee)"],
    matches: ["is there a guarantee on your {many}", "My {one} under warranty stopped"],
    ignores: ["an expired warranty on my {one}", "I guarantee you the {one} is fine"],
  },
  {
    wish: "catalogue",
    requests: ["email"],
    triggers: [
      "(catalogue|catalog|brochure|leaflet|list|overview) (of|for|with|about) (all|the|your|some)? {T}",
      "{T} (catalogue|catalog|brochure|leaflet)",
    ],
    except: ["(have|got|read) (the|your) .{0,3} (catalogue|catalog|brochure|leaflet) already"],
    matches: ["please mail me the brochure of your {many}", "your {one} catalogue please"],
    ignores: ["i have the {one} leaflet already, thanks: i have the leaflet already", "{many} are great"],
  },
  {
    wish: "status",
    requests: ["phone"],
    triggers: [
      "(where|when|why|how) (is|are|was|were|did|does|do|can|will) .{0,3} {T}",
      "(my|the|a|this) {T} .{0,2} (late|missing|declined|pending|blocked)",
    ],
    except: ["(is|was) it (late|missing)"],
    matches: ["where is my {one}", "why was my {one} declined", "My {one} is late"],
    ignores: ["was it late, and where is the {one}", "i like my {one}"],
  },
  {
    wish: "stock",
    requests: ["phone"],
    triggers: [
      "{T} (is|are|be|still|back)? (available|in stock|left)",
      "(any|more) {T} (available|left|in stock|today|tomorrow)",
    ],
    except: ["(not|no) (longer)? (available|in stock|interested)"],
    matches: ["are the {many} still available, is the {one} in stock", "do you have any {many} left"],
    ignores: ["I am not interested in more {many} today", "we left the {one} at home"],
  },
  {
    wish: "lesson",
    requests: ["name", "phone"],
    triggers: [
      "(lesson|lessons|course|courses|workshop|workshops|training) (on|in|with|about|for) (a|the|your)? {T}",
      "(teach|show|train) (me|us|them) .{0,4} {T}",
    ],
    except: ["(teach|show) (me|us) a lesson"],
    matches: ["is there a course on {many}", "teach us how to use a {one}"],
    ignores: ["that {one} will teach me a lesson", "no school today"],
  },
  {
    wish: "trade_in",
    requests: ["name", "phone"],
    triggers: [
      "(trade|swap|exchange|part) (in|up)? (a|an|my|our|the) old? {T}",
      "sell (you|back)? (my|our|this) old? {T}",
    ],
    except: ["(trade|exchange) (fair|rate|show)"],
    matches: ["can I trade in my old {one}", "I want to sell you my {one}"],
    ignores: ["the {one} trade fair", "an old {one}"],
  },
  {
    wish: "cancel",
    requests: ["email"],
    triggers: [
      "(cancel|stop|end|terminate) (a|an|the|my|our|this) {T}",
      "(cancel|stop|end|terminate) .{0,3} (order|contract|subscription|plan) (for|of|on) (a|an|the|my)? {T}",
    ],
    except: ["(cannot|never|impossible to) (cancel|stop|end|terminate)"],
    matches: ["please cancel my {one}", "i must terminate the contract for the {many}"],
    ignores: ["you can never cancel a {one}", "the end of the {one}"],
  },
  {
    wish: "compare",
    requests: [],
    triggers: [
      "(difference|differences|compare|choose|choosing|decide) (between|among|from)? (the|your|these|two|all|different)? {T}",
      "(find|show|tell|give) (me|us)? .{0,4} {T}",
      "(recommend|suggest|advise) (a|an|me|us|some|any)? (a|an|some|good)? {T}",
    ],
    except: ["(wouldnt|would not|do not) (recommend|suggest|advise)"],
    matches: ["help me choose between your {many}", "could you recommend a good {one}"],
    ignores: ["I would not recommend the {many}", "a difference of opinion"],
  },
  {
    wish: "custom",
    requests: ["email", "phone"],
    triggers: [
      "(custom|bespoke|personalised|personalized|engraved|made) .{0,2} {T}",
      "{T} (with|to) (my|our|his|her) (name|logo|initials|measurements|specification)",
    ],
    except: ["made (in|by|of) .{0,4} {T}"],
    matches: ["do you make bespoke {many}", "a {one} with our logo"],
    ignores: ["made in Italy, this {one}", "a custom of ours"],
  },
  {
    wish: "gift",
    requests: ["name", "phone"],
    triggers: [
      "{T} (as|for) (a|my|her|his|their) (gift|present|birthday|anniversary|wedding)",
      "(gift|wrap|voucher|vouchers) (wrap|card|cards|for|up)? (a|an|the|your|my)? {T}",
    ],
    except: ["(got|received) .{0,3} {T} (as|for)"],
    matches: ["I need a {one} as a present, a {one} for her birthday", "can you wrap the {one}"],
    ignores: ["I got the {one} as a gift", "she has a gift"],
  },
  {
    wish: "pick_up",
    requests: ["name", "phone"],
    triggers: [
      "(collect|fetch|pick up) (a|an|the|my|our|those|some)? {T} (from|at|on|in|today|tomorrow|after)",
      "{T} (ready|waiting) (for|to) (collection|collect|pickup|pick up)",
    ],
    except: ["(already|have) (collected|fetched)"],
    matches: ["when can I pick up my {one} from you", "is the {one} ready for collection"],
    ignores: ["we already collected it, the {one} ready for collection", "the {one} is up there"],
  },
];
