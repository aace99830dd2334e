// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Consent = TidewayCustomer.Consent;

export namespace TidewayCustomer {
    export type Decision = "granted" | "denied" | "withdrawn";
    /**
     * The consent decision in force per profile, purpose and channel.
     */
    export interface Consent {
        /**
         * Profile: uuid v5 of the first identifier seen
         */
        profile_id: string;
        /**
         * Purpose of schemas/purposes.yaml
         */
        purpose: string;
        /**
         * Channel that the decision is limited to; any for all
         */
        channel: string;
        /**
         * What the person decided
         */
        decision: TidewayCustomer.Decision;
        /**
         * Legal basis (GDPR art. 6)
         */
        legal_basis: string;
        /**
         * When the person decided
         */
        decided_at: number;
        /**
         * Source format and account that delivered it, e.g. segment:shop
         */
        source: string;
        /**
         * Origin of the input record, as topic:partition:offset
         */
        origin: string;
    }
}
