// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Session = TidewayWeb.Session;

export namespace TidewayWeb {
    export type SessionChannel = "direct" | "cross_network" | "paid_shopping" | "paid_search" | "paid_social" | "paid_video" | "display" | "paid_other" | "organic_shopping" | "organic_social" | "organic_video" | "organic_search" | "email" | "affiliates" | "referral" | "audio" | "sms" | "mobile_push" | "unassigned";
    export type SessionDevice = "desktop" | "mobile" | "tablet" | "tv" | "other";
    /**
     * Visits: events of one visitor with pauses of less than 30 minutes, published once they are over.
     */
    export interface Session {
        /**
         * Follows from the visitor and the session's first event (uuid v5)
         */
        session_id: string;
        /**
         * Source format and account of the first event, e.g. segment:shop
         */
        source: string;
        /**
         * Identifiers of the person: those of all events, the last where they differ
         */
        identifiers: {
            [index: string]: string;
        };
        /**
         * When the first event happened
         */
        started_at: number;
        /**
         * When the last event happened; a session of one event has no length
         */
        ended_at: number;
        /**
         * Views of pages and screens
         */
        page_views: number;
        /**
         * Events of every kind, views too
         */
        events: number;
        /**
         * URL of the first view; null without a view
         *
         * Default: null
         */
        entry_url: null | string;
        /**
         * URL of the last view; null without a view
         *
         * Default: null
         */
        exit_url: null | string;
        /**
         * UTM source of the first view
         *
         * Default: null
         */
        utm_source: null | string;
        /**
         * UTM medium of the first view
         *
         * Default: null
         */
        utm_medium: null | string;
        /**
         * UTM campaign name of the first view
         *
         * Default: null
         */
        utm_campaign: null | string;
        /**
         * UTM content of the first view
         *
         * Default: null
         */
        utm_content: null | string;
        /**
         * UTM term of the first view
         *
         * Default: null
         */
        utm_term: null | string;
        /**
         * UTM campaign id of the first view
         *
         * Default: null
         */
        utm_id: null | string;
        /**
         * Name of the click id parameter of the first view
         *
         * Default: null
         */
        click_id_type: null | string;
        /**
         * Value of the click id of the first view
         *
         * Default: null
         */
        click_id: null | string;
        /**
         * GA4 default channel group of the first view; unassigned without a view
         */
        channel: TidewayWeb.SessionChannel;
        /**
         * Device category of the first view; other without a view
         */
        device: TidewayWeb.SessionDevice;
        /**
         * ISO 3166-1 alpha-2 country of the first view
         *
         * Default: null
         */
        country: null | string;
        /**
         * True where an order was completed
         */
        converted: boolean;
        /**
         * When this record was made
         */
        updated_at: number;
    }
}
