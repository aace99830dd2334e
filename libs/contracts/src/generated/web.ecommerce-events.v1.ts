// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type EcommerceEvent = TidewayWeb.EcommerceEvent;

export namespace TidewayWeb {
    export type EcommerceAction = "product_viewed" | "product_list_viewed" | "products_searched" | "product_added" | "product_removed" | "cart_viewed" | "wishlisted" | "checkout_started" | "checkout_step" | "payment_info_entered" | "coupon_applied";
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
    /**
     * What people do in the shop before they order: views, searches, carts, checkouts.
     */
    export interface EcommerceEvent {
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
         * What the person did
         */
        action: TidewayWeb.EcommerceAction;
        /**
         * Search query
         *
         * Default: null
         */
        query: null | string;
        /**
         * Cart id of the shop
         *
         * Default: null
         */
        cart_id: null | string;
        /**
         * Step of the checkout, from 1
         *
         * Default: null
         */
        checkout_step: null | number;
        /**
         * Products concerned
         */
        items: TidewayWeb.Item[];
        /**
         * Value in millionths of the currency
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
