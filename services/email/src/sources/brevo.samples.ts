// Brevo's webhooks as its documentation gives them, with a number where it has xxxxx:
// https://developers.brevo.com/docs/transactional-webhooks and https://developers.brevo.com/docs/marketing-webhooks
const transactional = (event: string, more: object = {}) => ({
  event, email: 'example@domain.com', id: 26224, date: '2020-10-09 00:00:00', ts: 1604933619, 'message-id': '<201798300811.5787683@relay.domain.com>', ts_event: 1604933654,
  subject: 'My first Transactional', 'X-Mailin-custom': 'some_custom_header', sending_ip: '185.41.28.109', template_id: 22, tags: ['transac_messages'], ...more,
});
const marketing = (event: string, more: object = {}) => ({
  id: 1239108, camp_id: 960, email: 'example@domain.com', 'campaign name': 'My First Campaign', date_sent: '2020-10-09 00:00:00', date_event: '2020-10-09 00:00:00',
  event, tag: '', ts_sent: 1604933619, ts_event: 1604933737, ts: 1604937337, ...more,
});

export const BREVO = {
  request: transactional('request', { ts_epoch: 1604933654, mirror_link: 'https://app-smtp.brevo.com/log/preview/1a2000f4-4e33-23aa-ab68-900d0009152c', contact_id: 8 }),
  delivered: transactional('delivered'),
  click: transactional('click', { link: 'https://domain.com/spring?utm_source=brevo', ts_epoch: 1604933654000, user_agent: 'Mozilla/5.0', device_used: 'DESKTOP' }),
  deferred: transactional('deferred', { reason: 'spam' }),
  softBounce: transactional('soft_bounce', { reason: 'server is down' }),
  hardBounce: transactional('hard_bounce', { reason: 'server is down', ts_epoch: 1604933653 }),
  invalidEmail: transactional('invalid_email', { ts_epoch: 1604933623 }),
  blocked: transactional('blocked', { ts_epoch: 1604933623 }),
  error: transactional('error', { reason: 'internal error' }),
  spam: transactional('spam'),
  opened: transactional('opened', { ts_epoch: 1604933623 }),
  uniqueOpened: transactional('unique_opened', { ts_epoch: 1604933623 }),
  proxyOpen: transactional('proxy_open'),
  uniqueProxyOpen: transactional('unique_proxy_open', { link: '', sender_email: 'sender@domain.com' }),
  unsubscribed: transactional('unsubscribed', { tag: '["transactionalTag"]' }),
  campaignDelivered: marketing('delivered', { sending_ip: '185.41.28.109' }),
  campaignOpened: marketing('opened', { segment_ids: [1, 10] }),
  campaignProxyOpen: marketing('proxy_open'),
  campaignClick: marketing('click', { URL: 'https://myCampaignUrl.net', segment_ids: [1, 10] }),
  campaignHardBounced: marketing('hard_bounce', { reason: 'deferred', sending_ip: '185.41.28.109' }),
  campaignSoftBounced: marketing('soft_bounce', { reason: 'deferred', sending_ip: '185.41.28.109' }),
  campaignSpam: marketing('spam', { reason: 'undesired' }),
  campaignUnsubscribe: marketing('unsubscribe', { list_id: [3, 42], sending_ip: '185.41.28.109' }),
  listAddition: { id: 26224, email: 'example@domain.com', event: 'list_addition', key: 'xxxxxxxxxxxxxxxxxx', list_id: [34, 12], date: '2020-10-09 00:00:00', ts: 1604937111 },
};
