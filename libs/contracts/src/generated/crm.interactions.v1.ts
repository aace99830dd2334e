// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Interaction = TidewayCrm.Interaction;

export namespace TidewayCrm {
    export type InteractionKind = "call" | "meeting" | "ticket" | "store_visit" | "email" | "chat" | "other";
    export type Direction = "inbound" | "outbound" | "unknown";
    /**
     * Calls, meetings, support tickets and store visits of people.
     */
    export interface Interaction {
        /**
         * Unique id of the event; the source's own id hashed (uuid v5) with the source where it has one, so that a resend keeps it
         */
        event_id: string;
        /**
         * When it happened, corrected for the sender's clock where the format allows it
         */
        occurred_at: number;
        /**
         * When Tideway received it
         */
        received_at: number;
        /**
         * Source format and account that delivered it, e.g. hubspot:4711
         */
        source: string;
        /**
         * Identifiers of the person: type to normalised value; types are those of schemas/identifiers.yaml
         */
        identifiers: {
            [index: string]: string;
        };
        /**
         * Account of the platform (HubSpot portal, Pipedrive company), or of the import
         */
        account_id: string;
        /**
         * Id of the call, ticket and so on in the platform; each person who took part has a record of their own
         */
        object_id: string;
        /**
         * How the person and the company met; ticket: a request to support
         */
        kind: TidewayCrm.InteractionKind;
        /**
         * inbound: the person began it
         */
        direction: TidewayCrm.Direction;
        /**
         * How it ended, as a code such as connected, no_show or solved
         *
         * Default: null
         */
        outcome: null | string;
        /**
         * What it was about, as type:id, such as a deal or an order
         *
         * Default: null
         */
        subject_id: null | string;
        /**
         * Length in seconds
         *
         * Default: null
         */
        duration_s: null | number;
        /**
         * What was sold or refunded in it, in millionths of the currency
         *
         * Default: null
         */
        value_micros: null | number;
        /**
         * ISO 4217 currency
         *
         * Default: null
         */
        currency: null | string;
    }
}
