// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Identification = TidewayWeb.Identification;

export namespace TidewayWeb {
    export type IdentificationMethod = "identify" | "alias" | "group";
    /**
     * Moments in which a person became known: identify, alias and group calls.
     */
    export interface Identification {
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
         * Call that linked the identifiers
         */
        method: TidewayWeb.IdentificationMethod;
        /**
         * Identifier that an alias call replaces, as type:value
         *
         * Default: null
         */
        previous_id: null | string;
        /**
         * Group or company of the person
         *
         * Default: null
         */
        group_id: null | string;
        /**
         * Allow-listed traits of the person
         */
        traits: {
            [index: string]: string;
        };
    }
}
