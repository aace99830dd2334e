import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyPayload } from '../test/outcomes.js';
import { certificate, signed } from '../test/sns-signer.js';
import { readSns, snsRefusal } from './sns-message.js';

const NOW = Date.parse('2026-11-20T10:00:00.000Z');
const DAY = 86_400_000;
const TOPIC = 'arn:aws:sns:us-west-2:123456789012:MyTopic';
const topics = new Set([TOPIC, 'arn:aws-cn:sns:cn-north-1:123456789012:MyTopic']);
const pem = certificate(NOW - DAY, NOW + DAY);

/** The messages of the SNS Developer Guide. */
const notification = {
  Type: 'Notification', MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324', TopicArn: TOPIC, Subject: 'My First Message', Message: 'Hello world!\n', Timestamp: '2026-11-20T09:54:06.655Z', SignatureVersion: '1',
  SigningCertURL: 'https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem',
  UnsubscribeURL: 'https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-west-2:123456789012:MyTopic:c9135db0-26c4-47ec-8998-413945fb5a96',
};
const confirmation = {
  Type: 'SubscriptionConfirmation', MessageId: '165545c9-2a5c-472c-8df2-7ff2be2b3b1b', Token: '2336412f37', TopicArn: TOPIC, Message: 'You have chosen to subscribe to the topic.', Timestamp: '2026-11-20T09:54:06.655Z', SignatureVersion: '2',
  SubscribeURL: `https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=2336412f37`, SigningCertURL: notification.SigningCertURL,
};

/** The refusal of a message as it is read and checked, or undefined. */
function refusalOf(payload: unknown, { now = NOW, by = pem } = {}) {
  const read = readSns(payload, topics);
  return read.ok ? snsRefusal(read.message, by, now) : read.refusal;
}

describe('a message of SNS', () => {
  it.each([
    ['a notification, version 1', notification],
    ['a notification, version 2', { ...notification, SignatureVersion: '2' }],
    ['a notification without a subject', (({ Subject: _subject, ...rest }) => rest)(notification)],
    ['a subscription', confirmation],
    ['the end of a subscription', { ...confirmation, Type: 'UnsubscribeConfirmation', SignatureVersion: '1' }],
  ])('passes: %s', (_name, message) => expect(refusalOf(signed(message))).toBeUndefined());

  it('says where its certificate is and what confirms it, on the one host of its topic', () => {
    expect(readSns(signed(confirmation), topics)).toMatchObject({ ok: true, message: {
      host: 'sns.us-west-2.amazonaws.com', account: '123456789012', certificatePath: '/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem',
      subscribePath: `/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=2336412f37`,
    } });
    const china = { ...notification, TopicArn: 'arn:aws-cn:sns:cn-north-1:123456789012:MyTopic', SigningCertURL: 'https://sns.cn-north-1.amazonaws.com.cn/a.pem' };
    expect(readSns(signed(china), topics)).toMatchObject({ ok: true, message: { host: 'sns.cn-north-1.amazonaws.com.cn' } });
  });
});

describe('a message of somebody else', () => {
  it.each([
    ['https://sns.us-west-2.amazonaws.com.evil.example/a.pem'],
    ['https://sns.eu-west-1.amazonaws.com/a.pem'],
    ['http://sns.us-west-2.amazonaws.com/a.pem'],
    ['https://sns.us-west-2.amazonaws.com:8443/a.pem'],
    ['https://user:secret@sns.us-west-2.amazonaws.com/a.pem'],
    ['https://evil.example/sns.us-west-2.amazonaws.com/a.pem'],
    ['https://sns.us-west-2.amazonaws.com/a.pem?x=1'],
    ['https://sns.us-west-2.amazonaws.com/../a/b.pem'],
    ['https://sns.us-west-2.amazonaws.com/?Action=GetCertificate'],
    ['file:///etc/passwd'],
    ['not a url'],
  ])('has no certificate fetched from %s', (SigningCertURL) => {
    expect(refusalOf(signed({ ...notification, SigningCertURL }))).toMatchObject({ code: 'url', field: 'SigningCertURL' });
  });

  it.each([
    ['https://evil.example/?Action=ConfirmSubscription&TopicArn=x'],
    ['https://sns.us-west-2.amazonaws.com/?Action=DeleteTopic&TopicArn=x'],
    ['https://sns.us-west-2.amazonaws.com/other?Action=ConfirmSubscription&x'],
  ])('has nothing confirmed at %s', (SubscribeURL) => {
    expect(refusalOf(signed({ ...confirmation, SubscribeURL }))).toMatchObject({ code: 'url', field: 'SubscribeURL' });
  });

  it.each([
    ['another message', { ...signed(notification), Message: 'Hello' }, 'signature'],
    ['another subject', { ...signed(notification), Subject: 'Hello' }, 'signature'],
    ['a signature of the other version', { ...signed(notification), SignatureVersion: '2' }, 'signature'],
    ['a signature that is none', { ...notification, Signature: '!' }, 'signature'],
    ['no signature', notification, 'required'],
    ['a version that is none', { ...signed(notification), SignatureVersion: '3' }, 'enum'],
    ['another topic', signed({ ...notification, TopicArn: 'arn:aws:sns:us-west-2:999999999999:MyTopic' }), 'unknown_topic'],
    ['an old time', signed({ ...notification, Timestamp: '2026-11-19T08:59:59.999Z' }), 'timestamp'],
    ['a time that is none', signed({ ...notification, Timestamp: 'now' }), 'timestamp'],
    ['another type', signed({ ...notification, Type: 'Greeting' }), 'enum'],
    ['no envelope, by raw delivery', { eventType: 'Open' }, 'enum'],
    ['no object', [], 'enum'],
  ])('is refused with %s', (_name, message, code) => expect(refusalOf(message)).toMatchObject({ code }));

  it('is refused with another certificate, one that has expired, and what is none', () => {
    for (const by of [certificate(NOW - 2 * DAY, NOW - DAY), certificate(NOW + DAY, NOW + 2 * DAY), 'x', '']) expect(refusalOf(signed(notification), { by })).toMatchObject({ code: 'signature' });
  });

  it('is refused by name whatever it is', () => {
    const samples = [signed(notification), signed(confirmation)];
    fc.assert(fc.property(anyPayload(samples), (payload) => {
      const refusal = refusalOf(payload);
      if (refusal) expect(refusal).toEqual({ code: expect.stringMatching(/^[a-z_]+$/), field: expect.any(String), message: expect.stringMatching(/.{10}/) });
    }), { numRuns: 150 });
  });
});
