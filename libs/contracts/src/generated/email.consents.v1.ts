// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Consent = TidewayEmail.Consent;

export namespace TidewayEmail {
    export type Purpose = "analytics" | "personalization" | "advertising" | "marketing";
    export type ConsentChannel = "any" | "web" | "email" | "sms" | "phone" | "push";
    export type Decision = "granted" | "denied" | "withdrawn";
    export type LegalBasis = "consent" | "contract" | "legal_obligation" | "vital_interests" | "public_task" | "legitimate_interests";
    /**
     * Consent decisions taken in the email domain.
     */
    export interface Consent {
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
         * Source format and account that delivered it, e.g. postmark:shop
         */
        source: string;
        /**
         * Identifiers of the person: type to normalised value; types are those of schemas/identifiers.yaml
         */
        identifiers: {
            [index: string]: string;
        };
        /**
         * Purpose of schemas/purposes.yaml
         */
        purpose: TidewayEmail.Purpose;
        /**
         * Channel that the decision is limited to; any for all
         */
        channel: TidewayEmail.ConsentChannel;
        /**
         * What the person decided
         */
        decision: TidewayEmail.Decision;
        /**
         * Legal basis (GDPR art. 6)
         */
        legal_basis: TidewayEmail.LegalBasis;
        /**
         * Where the proof is kept: form, policy version, call id
         *
         * Default: null
         */
        evidence: null | string;
    }
}
