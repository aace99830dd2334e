// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Activity = TidewayCustomer.Activity;

export namespace TidewayCustomer {
    export interface Touch {
        channel: string;
        /**
         * Default: null
         */
        source: null | string;
        /**
         * Default: null
         */
        medium: null | string;
        /**
         * Default: null
         */
        campaign: null | string;
        /**
         * Default: null
         */
        content: null | string;
        /**
         * Default: null
         */
        term: null | string;
        /**
         * Default: null
         */
        click_id_type: null | string;
        /**
         * Default: null
         */
        click_id: null | string;
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
    /**
     * Everything a profile did, of all domains, in one shape, resends removed.
     */
    export interface Activity {
        /**
         * The event_id of the event that this activity is made of
         */
        activity_id: string;
        /**
         * Profile: uuid v5 of the first identifier seen
         */
        profile_id: string;
        /**
         * Identifier that it was recorded with, as type:value
         */
        identifier: string;
        /**
         * When it happened, corrected for the sender's clock where the format allows it
         */
        occurred_at: number;
        /**
         * When Tideway received it
         */
        received_at: number;
        /**
         * Data product that it comes from
         */
        product: string;
        /**
         * Type of the activity
         */
        type: string;
        /**
         * Session as the source counts it
         *
         * Default: null
         */
        session_id: null | string;
        /**
         * Marketing touch, where the activity is one
         *
         * Default: null
         */
        touch: null | TidewayCustomer.Touch;
        /**
         * Campaign id of the platform
         *
         * Default: null
         */
        campaign_id: null | string;
        /**
         * Message id of the platform
         *
         * Default: null
         */
        message_id: null | string;
        /**
         * Order id of the shop
         *
         * Default: null
         */
        order_id: null | string;
        /**
         * Products concerned
         */
        items: TidewayCustomer.Item[];
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
        /**
         * True where the user agent is a known bot
         */
        is_bot: boolean;
        /**
         * True where a machine, not a person, did it
         */
        is_machine: boolean;
        /**
         * Further properties as strings
         */
        properties: {
            [index: string]: string;
        };
        /**
         * Origin of the input record, as topic:partition:offset
         */
        origin: string;
    }
}
