// SparkPost's webhook events with the sample values of its documentation:
// https://developers.sparkpost.com/api/webhooks/ and https://api.sparkpost.com/api/v1/webhooks/events/documentation
const fields = {
  campaign_id: 'Example Campaign Name', click_tracking: true, customer_id: '1', event_id: '92356927693813856', friendly_from: 'sender@example.com', initial_pixel: true,
  injection_time: '2016-04-18T14:25:07.000Z', ip_address: '127.0.0.1', ip_pool: 'Example-Ip-Pool', message_id: '000443ee14578172be22', msg_from: 'sender@example.com', msg_size: '1337',
  open_tracking: true, rcpt_meta: { customKey: 'customValue' }, rcpt_tags: ['male', 'US'], rcpt_to: 'recipient@example.com', raw_rcpt_to: 'recipient@example.com', rcpt_type: 'cc',
  subaccount_id: '101', subject: 'Summer deals are here!', template_id: 'templ-1234', template_version: '1', timestamp: '1460989507', transactional: '1', transmission_id: '65832150921904138',
};
const event = (key: string, type: string, more: object = {}) => ({ msys: { [key]: { ...fields, type, ...more } } });
const REASON = 'MAIL REFUSED - IP (17.99.99.99) is in black list';
const browser = { user_agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.11; rv:44.0) Gecko/20100101 Firefox/44.0', geo_ip: { country: 'US', region: 'MD', city: 'Columbia', latitude: 39.1749, longitude: -76.8375 } };
const parsed = (isPrefetched: boolean) => ({ user_agent_parsed: { agent_family: 'Firefox', device_brand: 'Apple', device_family: 'Mac', os_family: 'Mac OS X', os_version: '10.11', is_mobile: false, is_proxy: false, is_prefetched: isPrefetched } });

export const SPARKPOST = {
  injection: event('message_event', 'injection'),
  delivery: event('message_event', 'delivery', { delv_method: 'esmtp', num_retries: '2', queue_time: '12' }),
  delay: event('message_event', 'delay', { bounce_class: '1', error_code: '554', raw_reason: REASON, reason: 'MAIL REFUSED - IP (a.b.c.d) is in black list' }),
  bounce: event('message_event', 'bounce', { bounce_class: '1', error_code: '554', delv_method: 'esmtp', raw_reason: REASON, reason: 'MAIL REFUSED - IP (a.b.c.d) is in black list' }),
  outOfBand: event('message_event', 'out_of_band', { bounce_class: '10', error_code: '550', raw_reason: '550 5.1.1 unknown user', reason: '550 5.1.1 unknown user' }),
  spamComplaint: event('message_event', 'spam_complaint', { fbtype: 'abuse', report_by: 'server.email.com', report_to: 'abuse.example.com' }),
  policyRejection: event('message_event', 'policy_rejection', { error_code: '550', raw_reason: '550 [internal] [oob] The recipient is invalid.', reason: '550 [internal] [oob] The recipient is invalid.' }),
  generationFailure: { msys: { gen_event: { ...fields, message_id: undefined, type: 'generation_failure', error_code: '554', raw_reason: 'Error while rendering part html: line 4: syntax error', reason: 'Error while rendering part html: line 4: syntax error' } } },
  open: event('track_event', 'open', { ...browser, ...parsed(false) }),
  initialOpen: event('track_event', 'initial_open', { ...browser, ...parsed(true) }),
  click: event('track_event', 'click', { ...browser, ...parsed(false), target_link_name: 'Example Link Name', target_link_url: 'http://example.com' }),
  listUnsubscribe: event('unsubscribe_event', 'list_unsubscribe', { mailfrom: 'recipient@example.com' }),
  linkUnsubscribe: event('unsubscribe_event', 'link_unsubscribe', { ...browser, target_link_name: 'Example Link Name', target_link_url: 'http://example.com' }),
  relay: { msys: { relay_event: { type: 'relay_injection', event_id: '92356927693813856', rcpt_to: 'recipient@example.com', timestamp: '1460989507' } } },
  validation: { msys: {} },
};
