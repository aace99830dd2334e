// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Profile = TidewayPersonalization.Profile;

export namespace TidewayPersonalization {
    export interface Membership {
        segment: string;
        version: number;
        since: number;
    }
    export interface ViewedProduct {
        product_id: string;
        /**
         * Default: null
         */
        name: null | string;
        viewed_at: number;
    }
    export interface Item {
        /**
         * SKU or product id of the shop
         */
        product_id: string;
        /**
         * Default: null
         */
        name: null | string;
        /**
         * Default: null
         */
        brand: null | string;
        /**
         * Default: null
         */
        category: null | string;
        /**
         * Price of one unit in millionths of the currency
         *
         * Default: null
         */
        price_micros: null | number;
        quantity: number;
    }
    export interface ConsentDecision {
        purpose: string;
        channel: string;
        decision: string;
        decided_at: number;
    }
    /**
     * One document per profile for personalization engines.
     */
    export interface Profile {
        /**
         * Profile: uuid v5 of the first identifier seen
         */
        profile_id: string;
        /**
         * Counts the states of one profile
         */
        version: number;
        /**
         * When this state was made
         */
        updated_at: number;
        /**
         * Identifiers of the profile as type:value
         */
        identifiers: string[];
        /**
         * Segments that hold the profile
         */
        segments: TidewayPersonalization.Membership[];
        /**
         * Values of traits at the last evaluation, by trait name
         */
        traits: {
            [index: string]: string;
        };
        /**
         * Interest by product category, weights from 0 to 1
         */
        affinities: {
            [index: string]: number;
        };
        /**
         * Products viewed last, newest first
         */
        last_viewed: TidewayPersonalization.ViewedProduct[];
        /**
         * Items of the cart not yet ordered
         */
        open_cart_items: TidewayPersonalization.Item[];
        /**
         * When the open cart changed last
         *
         * Default: null
         */
        open_cart_updated_at: null | number;
        /**
         * Completed orders
         */
        orders_count: number;
        /**
         * Net revenue of all orders in millionths
         */
        orders_total_micros: number;
        /**
         * Currency of the orders
         *
         * Default: null
         */
        orders_currency: null | string;
        /**
         * When the last order was completed
         *
         * Default: null
         */
        last_order_at: null | number;
        /**
         * Decisions by purpose and channel
         */
        consents: TidewayPersonalization.ConsentDecision[];
    }
}
