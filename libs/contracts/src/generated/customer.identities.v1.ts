// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Identity = TidewayCustomer.Identity;

export namespace TidewayCustomer {
    /**
     * Which profile an identifier belongs to now.
     */
    export interface Identity {
        /**
         * Identifier as type:value
         */
        identifier: string;
        /**
         * Profile: uuid v5 of the first identifier seen
         */
        profile_id: string;
        /**
         * Since when this holds
         */
        since: number;
        /**
         * Why it holds: first_seen, link, merge, split or erasure
         */
        cause: string;
        /**
         * Splits that keep its profile from others for good: the profile_id that a split made, after + where the identifier left with it and - where it stayed
         *
         * Default: []
         */
        apart: string[];
    }
}
