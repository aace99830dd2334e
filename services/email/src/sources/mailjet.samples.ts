// Mailjet's events as its documentation gives them, as text: MessageID has more digits than a number can hold.
// https://dev.mailjet.com/email/guides/webhooks/
const AGENT = '"ip": "127.0.0.1", "geo": "FR", "agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_10_0) AppleWebKit/537.36"';
const FAILED = '"email": "bounce@mailjet.com", "mj_campaign_id": 0, "mj_contact_id": 0, "customcampaign": "", "CustomID": "helloworld", "Payload": ""';

export const MAILJET = {
  sent: '{"event": "sent", "time": 1433333949, "MessageID": 19421777835146490, "email": "api@mailjet.com", "mj_campaign_id": 7257, "mj_contact_id": 4, "customcampaign": "", "mj_message_id": "19421777835146490", "smtp_reply": "sent (250 2.0.0 OK 1433333948 fa5si855896wjc.199 - gsmtp)", "CustomID": "helloworld", "Payload": ""}',
  open: `{"event": "open", "time": 1433103519, "MessageID": 19421777396190490, "email": "api@mailjet.com", "mj_campaign_id": 7173, "mj_contact_id": 320, "customcampaign": "", "CustomID": "helloworld", "Payload": "", ${AGENT}}`,
  click: `{"event": "click", "time": 1433334653, "MessageID": 19421777836302490, "email": "api@mailjet.com", "mj_campaign_id": 7272, "mj_contact_id": 4, "customcampaign": "", "CustomID": "helloworld", "Payload": "", "url": "https://mailjet.com", ${AGENT}}`,
  bounce: `{"event": "bounce", "time": 1430812195, "MessageID": 13792286917004336, ${FAILED}, "blocked": true, "hard_bounce": true, "error_related_to": "recipient", "error": "user unknown"}`,
  blocked: `{"event": "blocked", "time": 1430812195, "MessageID": 13792286917004336, ${FAILED}, "error_related_to": "recipient", "error": "user unknown"}`,
  spam: `{"event": "spam", "time": 1430812195, "MessageID": 13792286917004336, ${FAILED}, "source": "JMRPP"}`,
  unsub: `{"event": "unsub", "time": 1433334941, "MessageID": 20547674933128000, "email": "api@mailjet.com", "mj_campaign_id": 7276, "mj_contact_id": 126, "customcampaign": "", "CustomID": "helloworld", "Payload": "", "mj_list_id": 1, ${AGENT}}`,
  grouped: '{"customcampaign": "test", "email": "api@mailjet.com", "event": "sent", "mj_campaign_id": 483, "mj_contact_id": 4, "mj_message_id": "18858825588804172", "smtp_reply": "sent (250 2.0.0 OK 1424873937 fn1si2587485pab.205 - gsmtp)", "time": 1424873938}',
};
