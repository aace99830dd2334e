// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type PageView = TidewayWeb.PageView;

export namespace TidewayWeb {
    export type Channel = "direct" | "cross_network" | "paid_shopping" | "paid_search" | "paid_social" | "paid_video" | "display" | "paid_other" | "organic_shopping" | "organic_social" | "organic_video" | "organic_search" | "email" | "affiliates" | "referral" | "audio" | "sms" | "mobile_push" | "unassigned";
    export type Device = "desktop" | "mobile" | "tablet" | "tv" | "other";
    export type Platform = "web" | "app";
    /**
     * Pages and screens that people looked at, with campaign, click id and channel.
     */
    export interface PageView {
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
         * Full URL
         */
        url: string;
        /**
         * Path of the URL
         */
        path: string;
        /**
         * Document title
         *
         * Default: null
         */
        title: null | string;
        /**
         * Full referrer URL
         *
         * Default: null
         */
        referrer: null | string;
        /**
         * UTM source
         *
         * Default: null
         */
        utm_source: null | string;
        /**
         * UTM medium
         *
         * Default: null
         */
        utm_medium: null | string;
        /**
         * UTM campaign name
         *
         * Default: null
         */
        utm_campaign: null | string;
        /**
         * UTM content
         *
         * Default: null
         */
        utm_content: null | string;
        /**
         * UTM term
         *
         * Default: null
         */
        utm_term: null | string;
        /**
         * UTM campaign id
         *
         * Default: null
         */
        utm_id: null | string;
        /**
         * Name of the click id parameter, e.g. gclid
         *
         * Default: null
         */
        click_id_type: null | string;
        /**
         * Value of the click id
         *
         * Default: null
         */
        click_id: null | string;
        /**
         * GA4 default channel group
         */
        channel: TidewayWeb.Channel;
        /**
         * Device category
         */
        device: TidewayWeb.Device;
        /**
         * ISO 3166-1 alpha-2 country
         *
         * Default: null
         */
        country: null | string;
        /**
         * web or app
         */
        platform: TidewayWeb.Platform;
        /**
         * True where the user agent is a known bot
         */
        is_bot: boolean;
    }
}
