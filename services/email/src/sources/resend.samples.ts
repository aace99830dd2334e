// Resend's webhooks as its documentation gives them: https://resend.com/docs/webhooks/event-types
const data = {
  broadcast_id: '8b146471-e88e-4322-86af-016cd36fd216', created_at: '2026-11-22T23:41:11.894Z', email_id: '56761188-7520-42d8-8898-ff6fc54ce618', message_id: '<111-222-333@email.example.com>',
  from: 'Acme <onboarding@resend.dev>', to: ['delivered@resend.dev'], subject: 'Sending this example', template_id: '43f68331-0622-4e15-8202-246a0388854b', tags: { category: 'confirm_email' },
};
const event = (type: string, more: object = {}) => ({ type, created_at: '2026-11-22T23:41:12.126Z', data: { ...data, ...more } });

export const RESEND = {
  sent: event('email.sent'),
  delivered: event('email.delivered'),
  delayed: event('email.delivery_delayed'),
  opened: event('email.opened'),
  complained: event('email.complained'),
  clicked: event('email.clicked', { click: {
    ipAddress: '122.115.53.11', link: 'https://resend.com', timestamp: '2026-11-24T05:00:57.163Z',
    userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.1 Safari/605.1.15',
  } }),
  bounced: event('email.bounced', { bounce: { message: "The recipient's email address is on the suppression list because it has a recent history of producing hard bounces.", subType: 'Suppressed', type: 'Permanent' } }),
  failed: event('email.failed', { failed: { reason: 'reached_daily_quota' } }),
  suppressed: event('email.suppressed', { suppressed: {
    message: 'Resend has suppressed sending to this address because it is on the account-level suppression list. This does not count toward your bounce rate metric', type: 'OnAccountSuppressionList',
  } }),
  contactUpdated: { type: 'contact.updated', created_at: '2026-10-11T23:47:56.678Z', data: {
    id: 'e169aa45-1ecf-4183-9955-b1499d5701d3', audience_id: '78261eea-8f8b-4381-83c6-79fa7120f1cf', segment_ids: ['78261eea-8f8b-4381-83c6-79fa7120f1cf'],
    created_at: '2026-10-10T15:11:54.110Z', updated_at: '2026-10-11T23:47:56.678Z', email: 'steve.wozniak@gmail.com', first_name: 'Steve', last_name: 'Wozniak', unsubscribed: false,
  } },
  topicsUpdated: { type: 'contact.topics.updated', created_at: '2026-02-12T10:00:00.000Z', data: { email: 'steve.wozniak@gmail.com', topics: [{ id: 'b6d24b8e-af0b-4c3c-be0c-359bbd97381e', subscription: 'opt_in' }] } },
  suppressionAdded: { type: 'suppression.added', created_at: '2026-11-17T19:32:22.980Z', data: { id: 'e169aa45-1ecf-4183-9955-b1499d5701d3', email: 'steve.wozniak@gmail.com', origin: 'bounce', source_id: '4ef9a417-02e9-4d39-ad75-9611e0fcc33c', created_at: '2026-11-17T19:32:22.980Z' } },
};
