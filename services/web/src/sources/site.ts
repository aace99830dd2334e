// Hosts of URLs and the site that a host belongs to, to tell an internal referrer from an external one.

// The second-level suffixes of registries and hosting platforms that shops are found under. A full public suffix list
// (https://publicsuffix.org) changes weekly; a host under a suffix missing here counts as its owner's one site.
const TWO_LABEL_SUFFIXES = new Set([
  ...['co.uk', 'org.uk', 'me.uk', 'ltd.uk', 'plc.uk', 'ac.uk', 'gov.uk', 'com.au', 'net.au', 'org.au', 'co.nz', 'net.nz', 'org.nz', 'co.za', 'org.za'],
  ...['co.jp', 'ne.jp', 'or.jp', 'co.kr', 'or.kr', 'com.cn', 'net.cn', 'com.hk', 'com.tw', 'com.sg', 'com.my', 'co.id', 'co.th', 'in.th', 'com.ph', 'com.vn', 'co.in', 'net.in'],
  ...['com.br', 'net.br', 'com.mx', 'com.ar', 'com.co', 'com.pe', 'com.ec', 'com.uy', 'co.ve', 'com.tr', 'co.il', 'com.sa', 'com.eg', 'com.ng', 'co.ke', 'com.ua', 'com.pl', 'co.at', 'or.at', 'com.pt', 'com.es', 'com.gr', 'com.cy', 'com.mt'],
  ...['github.io', 'gitlab.io', 'vercel.app', 'netlify.app', 'pages.dev', 'workers.dev', 'web.app', 'firebaseapp.com', 'herokuapp.com', 'azurewebsites.net', 'myshopify.com', 'wixsite.com', 'blogspot.com', 'wordpress.com', 'webflow.io'],
]);

/** A parsed absolute URL, or undefined. */
export function parsedUrl(text: string | null): URL | undefined {
  return text === null ? undefined : (URL.parse(text) ?? undefined);
}

/** The part of a host that one owner registered: `www.shop.example.co.uk` belongs to `example.co.uk`. Addresses and single labels stay whole. */
export function siteOf(host: string): string {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (/^[\d.]+$/.test(name) || name.startsWith('[')) return name;
  const labels = name.split('.');
  return labels.slice(TWO_LABEL_SUFFIXES.has(labels.slice(-2).join('.')) ? -3 : -2).join('.');
}
