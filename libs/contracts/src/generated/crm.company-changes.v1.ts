// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type CompanyChange = TidewayCrm.CompanyChange;

export namespace TidewayCrm {
    export type Change = "created" | "updated" | "deleted" | "merged" | "stage_changed";
    /**
     * Changes of CRM companies, one property at a time. A company is no person: it has no identifiers.
     */
    export interface CompanyChange {
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
         * Source format and account that delivered it, e.g. hubspot:4711
         */
        source: string;
        /**
         * Account of the platform (HubSpot portal, Salesforce org, Pipedrive company)
         */
        account_id: string;
        /**
         * Object id in the platform
         */
        object_id: string;
        /**
         * What happened to the object
         */
        change: TidewayCrm.Change;
        /**
         * Property that changed
         *
         * Default: null
         */
        property: null | string;
        /**
         * New value, hashed where it is an e-mail address or phone number
         *
         * Default: null
         */
        value: null | string;
        /**
         * Lifecycle stage after the change
         *
         * Default: null
         */
        stage: null | string;
        /**
         * Ids of associated objects, such as the contacts who work there, as type:id
         */
        related_ids: string[];
    }
}
