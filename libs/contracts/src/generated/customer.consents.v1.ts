// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Consent = TidewayCustomer.Consent;

export namespace TidewayCustomer {
    export type Decision = "granted" | "denied" | "withdrawn";
    export interface Overruled {
        identifier: string;
        decision: string;
        legal_basis: string;
        decided_at: number;
        source: string;
        origin: string;
    }
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
        /**
         * Identifier that decided, as type:value; null in records of before version 1.1
         *
         * Default: null
         */
        identifier: null | string;
        /**
         * What other identifiers of the profile decided before: it is in force again where they are split from the one that decided
         *
         * Default: []
         */
        overruled: TidewayCustomer.Overruled[];
    }
}
