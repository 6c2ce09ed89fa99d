/** A fetch as somebody's browser does it: it keeps the cookie that it is given, and says where its requests come from. */
export function withCookies(url: string, given = ""): typeof globalThis.fetch {
  let cookie = given;
  return async (input, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("origin", url);
    headers.set("sec-fetch-site", "same-origin");
    if (cookie !== "") headers.set("cookie", cookie);
    const response = await fetch(input, { ...init, headers });
    for (const set of response.headers.getSetCookie()) {
      const [pair = ""] = set.split(";");
      cookie = pair.endsWith("=") ? "" : pair;
    }
    return response;
  };
}
