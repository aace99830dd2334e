// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type AdClick = TidewayPaid_media.AdClick;

export namespace TidewayPaid_media {
    export type ClickDevice = "desktop" | "mobile" | "tablet" | "tv" | "other";
    /**
     * Which campaign, ad group and ad a click id stands for.
     */
    export interface AdClick {
        /**
         * Name of the click id parameter, as web.page-views has it, e.g. gclid
         */
        click_id_type: string;
        /**
         * Value of the click id
         */
        click_id: string;
        /**
         * Advertising platform: google, meta, linkedin, tiktok or microsoft
         */
        platform: string;
        /**
         * Advertising account as the platform names it
         */
        account_id: string;
        /**
         * Day of the click, in the account's time zone
         */
        click_date: number;
        /**
         * Campaign as the platform names it
         */
        campaign_id: string;
        /**
         * Ad group or ad set
         *
         * Default: null
         */
        ad_group_id: null | string;
        /**
         * Ad
         *
         * Default: null
         */
        ad_id: null | string;
        /**
         * Keyword that the ad was shown for
         *
         * Default: null
         */
        keyword: null | string;
        /**
         * Device of the click; other where the report does not say
         */
        device: TidewayPaid_media.ClickDevice;
        /**
         * When the platform was asked: of two rows of one key the later extraction holds
         */
        extracted_at: number;
    }
}
