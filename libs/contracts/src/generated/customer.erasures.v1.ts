// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Erasure = TidewayCustomer.Erasure;

export namespace TidewayCustomer {
    /**
     * People who have asked to be forgotten.
     */
    export interface Erasure {
        /**
         * Unique id of the event; the source's own id hashed (uuid v5) with the source where it has one, so that a resend keeps it
         */
        event_id: string;
        /**
         * When it was asked for
         */
        occurred_at: number;
        /**
         * When Tideway received it
         */
        received_at: number;
        /**
         * Who asked for it, e.g. operator:ticket-4711
         */
        source: string;
        /**
         * Identifiers of the person: type to normalised value; types are those of schemas/identifiers.yaml
         */
        identifiers: {
            [index: string]: string;
        };
    }
}
