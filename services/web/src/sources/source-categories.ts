// The main search, social, video and shopping sites, under the names that utm_source and referrers have for them.

export type SourceCategory = 'search' | 'social' | 'video' | 'shopping';

interface Sites {
  /** Names as in utm_source; a host whose registered name is one of them counts too, whatever its country (google.fr). */
  brands: string[];
  /** Hosts, with those below them. */
  hosts: string[];
  /** Names as in utm_source only. */
  names: string[];
}

// After the list that Google publishes beside its definition of the default channel group, reduced to what is seen today:
// https://support.google.com/analytics/answer/9756891
const SITES: Record<SourceCategory, Sites> = {
  shopping: {
    brands: ['amazon', 'ebay', 'etsy', 'aliexpress', 'alibaba', 'walmart', 'rakuten', 'mercadolibre', 'zalando', 'idealo', 'allegro', 'otto', 'shopzilla', 'wayfair', 'temu', 'shein', 'kelkoo', 'pricerunner', 'flipkart', 'lazada', 'shopee'],
    hosts: ['shopping.google.com', 'shopping.yahoo.com', 'shopping.yahoo.co.jp', 'shopping.naver.com', 'amazon-adsystem.com', 'mercadolivre.com.br', 'bol.com', 'taobao.com', 'tmall.com', 'jd.com', 'target.com', 'shop.app'],
    names: ['google shopping', 'google_shopping', 'googleshopping', 'igshopping', 'shop.app'],
  },
  social: {
    brands: ['facebook', 'instagram', 'twitter', 'linkedin', 'pinterest', 'reddit', 'tiktok', 'snapchat', 'tumblr', 'whatsapp', 'messenger', 'quora', 'vkontakte', 'weibo', 'xing', 'discord', 'mastodon', 'bluesky', 'threads', 'meetup', 'nextdoor', 'yelp', 'tripadvisor', 'stackoverflow', 'stackexchange', 'glassdoor', 'medium', 'substack', 'flickr', 'livejournal', 'disqus', 'goodreads', 'foursquare', 'wechat', 'telegram', 'kakao'],
    hosts: ['t.co', 'x.com', 'fb.me', 'fb.com', 'lnkd.in', 'pin.it', 'redd.it', 'vk.com', 'ok.ru', 'line.me', 't.me', 'telegram.org', 'wa.me', 'm.me', 'bsky.app', 'mastodon.social', 'news.ycombinator.com', 'groups.google.com', 'blog.naver.com', 'cafe.naver.com', 'douban.com', 'zhihu.com', 'qzone.qq.com', 'ameblo.jp', 'hatena.ne.jp'],
    names: ['fb', 'ig', 'x', 'meta', 'vk', 'line', 'hacker news', 'hackernews', 'slack'],
  },
  video: {
    brands: ['youtube', 'vimeo', 'dailymotion', 'twitch', 'netflix', 'hulu', 'disneyplus', 'bilibili', 'iqiyi', 'youku', 'rumble', 'wistia', 'crackle', 'niconico', 'odysee'],
    hosts: ['youtu.be', 'v.qq.com', 'nicovideo.jp', 'wistia.net', 'ted.com'],
    names: ['yt', 'utreon', 'veoh'],
  },
  search: {
    brands: ['google', 'bing', 'yahoo', 'duckduckgo', 'baidu', 'yandex', 'ecosia', 'qwant', 'naver', 'daum', 'seznam', 'sogou', 'startpage', 'aol', 'lycos', 'dogpile', 'rambler', 'kagi', 'swisscows', 'metager', 'mojeek', 'coccoc'],
    hosts: ['ya.ru', 'search.brave.com', 'ask.com', 'so.com', '360.cn', 'go.mail.ru', 'nova.rambler.ru', 'search.aol.com', 'presearch.com', 'search.lilo.org'],
    names: ['google-play', 'googlemybusiness', 'gmb', 'brave', 'ask', 'msn', 'virgilio', 'globo'],
  },
};

const BY_NAME = new Map<string, SourceCategory>();
const BY_HOST = new Map<string, SourceCategory>();
const BY_BRAND = new Map<string, SourceCategory>();
for (const [category, { brands, hosts, names }] of Object.entries(SITES) as [SourceCategory, Sites][]) {
  for (const name of [...brands, ...names]) BY_NAME.set(name, category);
  for (const host of hosts) BY_HOST.set(host, category);
  for (const brand of brands) BY_BRAND.set(brand, category);
}

/** The category of a traffic source, given as a name (`google`) or a host (`www.google.fr`) in lower case. */
export function sourceCategory(source: string, site: (host: string) => string): SourceCategory | undefined {
  const named = BY_NAME.get(source);
  if (named || !source.includes('.')) return named;
  const labels = source.split('.');
  for (let from = 0; from < labels.length - 1; from += 1) {
    const category = BY_HOST.get(labels.slice(from).join('.'));
    if (category) return category;
  }
  return BY_BRAND.get(site(source).split('.')[0]!);
}
