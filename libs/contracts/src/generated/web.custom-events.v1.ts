// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type CustomEvent = TidewayWeb.CustomEvent;

export namespace TidewayWeb {
    /**
     * Events with names of the team's own.
     */
    export interface CustomEvent {
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
         * Source format and account that delivered it, e.g. segment:shop
         */
        source: string;
        /**
         * Identifiers of the person: type to normalised value; types are those of schemas/identifiers.yaml
         */
        identifiers: {
            [index: string]: string;
        };
        /**
         * Session as the source counts it
         *
         * Default: null
         */
        session_id: null | string;
        /**
         * Name of the event
         */
        name: string;
        /**
         * Further properties as strings
         */
        properties: {
            [index: string]: string;
        };
    }
}
