// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Split = TidewayCustomer.Split;

export namespace TidewayCustomer {
    /**
     * Identifiers that are taken out of a profile which is not one person.
     */
    export interface Split {
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
         * One of the identifiers that leave: type to normalised value; types are those of schemas/identifiers.yaml
         */
        identifiers: {
            [index: string]: string;
        };
        /**
         * Identifiers that leave their profile together, for a new one, as type:value
         */
        leaving: string[];
    }
}
