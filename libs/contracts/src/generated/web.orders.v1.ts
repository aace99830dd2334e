// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Order = TidewayWeb.Order;

export namespace TidewayWeb {
    export type OrderStatus = "completed" | "updated" | "refunded" | "cancelled";
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
     * Orders and what became of them.
     */
    export interface Order {
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
         * Order id of the shop
         */
        order_id: string;
        /**
         * State of the order that this event reports
         */
        status: TidewayWeb.OrderStatus;
        /**
         * Total of the order in millionths
         */
        total_micros: number;
        /**
         * Tax in millionths
         *
         * Default: null
         */
        tax_micros: null | number;
        /**
         * Shipping in millionths
         *
         * Default: null
         */
        shipping_micros: null | number;
        /**
         * Discount in millionths
         *
         * Default: null
         */
        discount_micros: null | number;
        /**
         * Signed change of revenue that this event makes, in millionths
         */
        net_change_micros: number;
        /**
         * Coupon code
         *
         * Default: null
         */
        coupon: null | string;
        /**
         * ISO 4217 currency
         */
        currency: string;
        /**
         * Products concerned
         */
        items: TidewayWeb.Item[];
    }
}
