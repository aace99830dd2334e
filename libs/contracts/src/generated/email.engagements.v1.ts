// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Engagement = TidewayEmail.Engagement;

export namespace TidewayEmail {
    export type Action = "sent" | "delivered" | "deferred" | "open" | "click" | "hard_bounce" | "soft_bounce" | "complaint" | "unsubscribe" | "dropped";
    /**
     * What became of e-mails and what people did with them, one record per recipient and event.
     */
    export interface Engagement {
        /**
         * Unique id of the event; the source's own id hashed (uuid v5) with the source where it has one, so that a resend keeps it
         */
        event_id: string;
        /**
         * When it happened, by the platform's clock
         */
        occurred_at: number;
        /**
         * When Tideway received it
         */
        received_at: number;
        /**
         * Source format and account that delivered it, e.g. postmark:shop
         */
        source: string;
        /**
         * Identifiers of the recipient: type to normalised value; types are those of schemas/identifiers.yaml
         */
        identifiers: {
            [index: string]: string;
        };
        /**
         * What happened: sent is taken by the platform, delivered by the recipient's server; deferred is tried again; dropped was never tried
         */
        action: TidewayEmail.Action;
        /**
         * The platform's id of the message; empty where it names none
         */
        message_id: string;
        /**
         * Campaign or broadcast of the message, as the platform or the sender names it
         *
         * Default: null
         */
        campaign_id: null | string;
        /**
         * Template that the message was made of
         *
         * Default: null
         */
        template_id: null | string;
        /**
         * URL that was clicked, without personal parameters
         *
         * Default: null
         */
        link_url: null | string;
        /**
         * Why a bounced, deferred or dropped message did not arrive: invalid_recipient, mailbox_unavailable, unreachable, reputation, content, policy, suppressed or other
         *
         * Default: null
         */
        bounce_class: null | string;
        /**
         * What the platform or the recipient's server said, e-mail addresses masked
         *
         * Default: null
         */
        reason: null | string;
        /**
         * True where a machine opened or clicked, such as a mail privacy proxy or a link scanner
         */
        is_machine: boolean;
        /**
         * email where the event is a marketing touch: a click of a person; else null
         *
         * Default: null
         */
        channel: null | string;
    }
}
