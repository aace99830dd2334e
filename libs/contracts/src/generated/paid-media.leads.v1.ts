// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Lead = TidewayPaid_media.Lead;

export namespace TidewayPaid_media {
    /**
     * Forms of ads that people sent off, as the platform tells of them and as their answers are fetched.
     */
    export interface Lead {
        /**
         * Unique id of the event: platform, lead and whether the answers came along, hashed (uuid v5), so that a resend keeps it
         */
        event_id: string;
        /**
         * When the form was sent off
         */
        occurred_at: number;
        /**
         * When Tideway received it
         */
        received_at: number;
        /**
         * Source format, and the page where the payload says it, e.g. meta-leads:108451268302248
         */
        source: string;
        /**
         * Identifiers of the person, of their answers; empty where the answers did not come along
         */
        identifiers: {
            [index: string]: string;
        };
        /**
         * Advertising platform: meta
         */
        platform: string;
        /**
         * Lead as the platform names it
         */
        lead_id: string;
        /**
         * Whether the answers came along
         */
        has_answers: boolean;
        /**
         * Page that the form belongs to
         *
         * Default: null
         */
        page_id: null | string;
        /**
         * Form
         *
         * Default: null
         */
        form_id: null | string;
        /**
         * Campaign; absent where the lead came without an ad
         *
         * Default: null
         */
        campaign_id: null | string;
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
    }
}
