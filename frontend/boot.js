// Starts the app. A file of its own, since the Content-Security-Policy allows no inline script.
//
// What the server rendered into #static works without the app; where the app cannot be started,
// it stays, and says so.

const script = document.querySelector("script[data-js]");

function reveal(selector) {
  for (const element of document.querySelectorAll(selector)) {
    element.hidden = false;
  }
}

// A panic in the wasm leaves the page drawn but dead.
addEventListener("error", (event) => {
  if (globalThis.WebAssembly && event.error instanceof WebAssembly.RuntimeError) {
    reveal("#crashed");
  }
});

// The first field gets the focus; but not under a finger, where it would bring up the keyboard. The
// document cannot know which it is, so its fields have no `autofocus`.
if (matchMedia("(pointer: coarse)").matches) {
  document.documentElement.dataset.touch = "";
} else if (document.activeElement === document.body) {
  document.querySelector("#static [data-autofocus]")?.focus();
}

// An error's reference is copied by the old way, which works on a site without https as well.
addEventListener("click", ({ target }) => {
  if (target.dataset?.copied) {
    getSelection().selectAllChildren(target.parentElement.querySelector("code"));
    if (document.execCommand("copy")) {
      target.textContent = target.dataset.copied;
    }
  }
});

// How long ago a time is, in Unix seconds, in the page's language. Here, where it costs little.
const units = { year: 31536000, month: 2592000, day: 86400, hour: 3600, minute: 60 };
globalThis.posternAgo = (at) => {
  const seconds = at - Date.now() / 1000;
  const long = Object.entries(units).find(([, length]) => Math.abs(seconds) >= length);
  const [unit, length] = long ?? ["second", Infinity];
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  return format.format(Math.trunc(seconds / length), unit);
};

// Back and a reload come to the same place of a page. Its content arrives later than the browser
// waits for, so the place is looked for while the page is too short for it, for some seconds at
// most. Once the page is long enough, who scrolls elsewhere is the reader.
history.scrollRestoration = "manual";
const placeKey = () => `postern.place ${location.pathname}${location.search}`;
let place = 0;
function seekPlace() {
  if (place) {
    scrollTo(0, place);
  }
}
function comeBack() {
  place = Number(sessionStorage.getItem(placeKey()));
  setTimeout(forgetPlace, 15000);
}
function forgetPlace() {
  place = 0;
}
function keepPlace() {
  const { scrollHeight, clientHeight } = document.documentElement;
  if (scrollHeight - clientHeight < place) {
    return;
  }
  if (scrollY !== place) {
    forgetPlace();
  }
  sessionStorage.setItem(placeKey(), scrollY);
}
try {
  const [visit] = performance.getEntriesByType("navigation");
  if (["reload", "back_forward"].includes(visit?.type)) {
    comeBack();
  }
  addEventListener("popstate", comeBack);
  addEventListener("scroll", keepPlace);
  new ResizeObserver(seekPlace).observe(document.body);
  for (const sign of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    addEventListener(sign, forgetPlace);
  }
} catch {
  // Without storage, a page is shown from its top.
}

// The choice of the language, where the server offers one. The address keeps all that it says.
document.querySelector(".languages select")?.addEventListener("change", (event) => {
  document.cookie = `postern_language=${event.target.value}; path=/; max-age=31536000; samesite=lax`;
  const address = new URL(location.href);
  if (address.searchParams.has("language")) {
    address.searchParams.delete("language");
    location.replace(address);
  } else {
    location.reload();
  }
});

// The words, in the language that the server chose; `trunk serve` leaves the choice to the request.
async function words() {
  const isEntry = ["/login", "/setup", "/link", "/welcome"].includes(location.pathname);
  const url = script.dataset.texts ?? `/api/texts/${isEntry ? "entry" : "inside"}`;
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`the page's words could not be fetched: ${response.status}`);
  }
  if (!script.dataset.texts) {
    document.documentElement.lang = response.headers.get("content-language") ?? "en";
    document.documentElement.dir = document.documentElement.lang === "ar" ? "rtl" : "ltr";
  }
  return response.text();
}

// Whoever does something on this page is about to leave it for the other module's pages: that is
// loaded ahead, once this page has nothing better to do. Not before: most visits are only a look.
const signs = ["pointerdown", "keydown"];
function prefetch() {
  for (const sign of signs) {
    removeEventListener(sign, prefetch);
  }
  (globalThis.requestIdleCallback ?? setTimeout)(() => {
    for (const href of script.dataset.next.split(" ")) {
      const link = document.createElement("link");
      link.rel = "prefetch";
      link.href = href;
      document.head.append(link);
    }
  });
}
if (script.dataset.next) {
  for (const sign of signs) {
    addEventListener(sign, prefetch);
  }
}

try {
  if (!globalThis.WebAssembly) {
    throw new Error("this browser has no WebAssembly, or it is switched off");
  }
  const [app, text] = await Promise.all([
    import(new URL(script.dataset.js, location.href).href),
    words(),
  ]);
  globalThis.posternWords = text;
  await app.default({ module_or_path: new URL(script.dataset.wasm, location.href) });
} catch (error) {
  console.error("Postern's page could not be started:", error);
  document.querySelector("#app")?.remove();
  for (const element of document.querySelectorAll("#static [data-loading]")) {
    element.hidden = true;
  }
  reveal("#static [data-wasm-failed]");
}
