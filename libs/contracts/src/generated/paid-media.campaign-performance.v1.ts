// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type CampaignPerformance = TidewayPaid_media.CampaignPerformance;

export namespace TidewayPaid_media {
    /**
     * What campaigns, ad groups and ads showed, cost and brought per day, as their platforms report it.
     */
    export interface CampaignPerformance {
        /**
         * Advertising platform: google, meta, linkedin, tiktok or microsoft
         */
        platform: string;
        /**
         * Advertising account as the platform names it
         */
        account_id: string;
        /**
         * Day of the numbers, in the account's time zone
         */
        date: number;
        /**
         * Campaign as the platform names it
         */
        campaign_id: string;
        /**
         * Ad group or ad set; empty in rows of a whole campaign
         */
        ad_group_id: string;
        /**
         * Ad; empty in rows of a whole campaign or ad group
         */
        ad_id: string;
        /**
         * Device: desktop, mobile, tablet, tv or other, or a finer name of the platform such as mobile_app; empty where the report is not by device
         */
        device: string;
        /**
         * IANA time zone of the account's days; empty where the report does not say
         */
        account_timezone: string;
        /**
         * Name of the campaign; empty where the report does not say
         */
        campaign_name: string;
        /**
         * How often it was shown
         */
        impressions: number;
        /**
         * Clicks as the platform counts them
         */
        clicks: number;
        /**
         * Cost in millionths of the currency
         */
        cost_micros: number;
        /**
         * ISO 4217 code of the account
         */
        currency: string;
        /**
         * Conversions as the platform attributes them; fractions where it divides them
         */
        conversions: number;
        /**
         * Value of the conversions in millionths of the currency
         */
        conversion_value_micros: number;
        /**
         * When the platform was asked: of two rows of one key the later extraction holds
         */
        extracted_at: number;
    }
}
