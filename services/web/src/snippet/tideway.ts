// The snippet that web pages embed: page views, clicks and window.tideway become calls of Segment's Tracking API.
// It never throws into the page, and asks nobody but the service that it came from.
import { flush, flushAtEnd, openQueue } from './queue.js';
import { quiet } from './quiet.js';
import { consent, decidedElsewhere, openVisitor, reset, send } from './visitor.js';

type Properties = Record<string, unknown>;
type QueuedCall = [name: string, ...args: unknown[]];

const script = document.currentScript as HTMLScriptElement;
const page = window as unknown as { tideway?: QueuedCall[] | object };
const ATTRIBUTE = 'data-tideway-';

let viewedUrl: string | undefined;
let formerUrl = document.referrer;

/** The methods of window.tideway. */
const api = {
  page: quiet((name?: string, properties?: Properties) => {
    send({ type: 'page', name, properties: { url: location.href, title: document.title, referrer: formerUrl, ...properties } });
    // As in a page that is loaded: the next one was reached from here, and not from where the visit began.
    formerUrl = location.href;
  }),
  track: quiet((event: string, properties?: Properties) => send({ type: 'track', event, properties })),
  identify: quiet((userId?: string | number | null, traits?: Properties) => send({ type: 'identify', traits, ...(userId != null && { userId: String(userId) }) })),
  reset: quiet(reset),
  consent: quiet(consent),
  /** A call as the stub queues it: `['track', 'Signed Up', {plan: 'pro'}]`. */
  push: quiet(([name, ...args]: QueuedCall) => (api as unknown as Record<string, (...args: unknown[]) => void>)[name]!(...args)),
};

/** A page view, where the address is another than that of the last one. A fragment counts where it is a route, as in #/cart. */
const viewed = quiet(() => {
  const url = location.href.replace(/#(?![/!]).*/, '');
  if (url === viewedUrl) return;
  viewedUrl = url;
  api.page();
});

/** After the router's own work, so that a redirect is one view and the title is the new page's. */
const viewedSoon = () => setTimeout(viewed);

function watchNavigation(): void {
  viewed();
  for (const method of ['pushState', 'replaceState'] as const) {
    const original = history[method];
    history[method] = function (...args) {
      original.apply(this, args);
      viewedSoon();
    };
  }
  addEventListener('popstate', viewedSoon);
  // A page that comes back from the browser's cache is seen again, but not loaded again.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) api.page();
  });
}

/** data-tideway-event="Add To Cart" data-tideway-product-id="7" on an element or around it: track('Add To Cart', {product_id: '7'}). */
const clicked = quiet(({ target }: Event) => {
  const element = (target as Element).closest?.(`[${ATTRIBUTE}event]`);
  if (!element) return;
  const named = [...element.attributes].filter(({ name }) => name.startsWith(ATTRIBUTE));
  const { event, ...properties } = Object.fromEntries(named.map(({ name, value }) => [name.slice(ATTRIBUTE.length).replace(/-/g, '_'), value]));
  if (event) api.track(event, properties);
});

const start = quiet(() => {
  const { writeKey, consent: mode, pageViews, endpoint } = script.dataset;
  const stub = page.tideway ?? [];
  // An API instead of a stub: the script is in the page twice.
  if (!Array.isArray(stub)) return;
  if (!writeKey) return console.warn('tideway: data-write-key is missing');
  openVisitor(mode === 'required');
  openQueue({ url: new URL('v1/batch', endpoint ?? script.src), writeKey });
  page.tideway = api;
  stub.forEach((call: QueuedCall) => api.push(call));
  if (pageViews !== 'manual') watchNavigation();
  const atEnd = quiet(flushAtEnd);
  addEventListener('pagehide', atEnd);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') atEnd();
  });
  document.addEventListener('click', clicked, true);
  addEventListener('online', quiet(flush));
  addEventListener('storage', quiet(decidedElsewhere));
});

// A page that is rendered ahead of a click that may never come was not seen.
if ((document as { prerendering?: boolean }).prerendering) document.addEventListener('prerenderingchange', start, { once: true });
else start();
