// A web site on another origin than the service, whose every page embeds the snippet.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ShopSite {
  url: string;
  close(): Promise<void>;
}

/** Serves a page at every path; `?consent=required` and the like become attributes of its script tag. It lets scripts reach nobody but the service. */
export async function startShopSite(serviceUrl: string, writeKey: string): Promise<ShopSite> {
  const server: Server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://shop.example');
    const attributes = ['consent', 'page-views'].flatMap((name) => (searchParams.has(name) ? [` data-${name}="${searchParams.get(name)}"`] : []));
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; script-src 'unsafe-inline' ${serviceUrl}; connect-src ${serviceUrl}`,
    });
    response.end(page(`Page ${pathname}`, `<script async src="${serviceUrl}/tideway.js" data-write-key="${writeKey}"${attributes.join('')}></script>`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}

/** The stub is the one of docs/sources/tideway-js.md. */
function page(title: string, script: string): string {
  return `<!doctype html><html lang="en"><head><title>${title}</title><link rel="icon" href="data:,">
<script>
  window.tideway = window.tideway || [];
  ['page', 'track', 'identify', 'reset', 'consent'].forEach(function (name) {
    tideway[name] = tideway[name] || function () { tideway.push([name].concat([].slice.call(arguments))); };
  });
  if (location.hash === '#early') { tideway.identify('early-user', { plan: 'pro' }); tideway.track('Called Early'); }
</script>
${script}</head><body>
<button data-tideway-event="Product Added" data-tideway-product-id="sku-1" data-tideway-price="19.99" data-tideway-currency="EUR"><b>Add</b></button>
<p>Nothing to count here</p>
</body></html>`;
}
