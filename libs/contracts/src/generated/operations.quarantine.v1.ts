// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Quarantine = TidewayOperations.Quarantine;

export namespace TidewayOperations {
    export type Stage = "intake" | "contract" | "decode" | "insert" | "process" | "other";
    /**
     * What could not become or be processed as a record of a product: with stage, code, reason and the original bytes.
     */
    export interface Quarantine {
        /**
         * Unique id of the event; the source's own id hashed (uuid v5) with the source where it has one, so that a resend keeps it
         */
        event_id: string;
        /**
         * When it happened, corrected for the sender's clock where the format allows it
         */
        occurred_at: number;
        /**
         * Service that refused it
         */
        service: string;
        /**
         * Where in the flow it was refused
         */
        stage: TidewayOperations.Stage;
        /**
         * Stable code of the reason
         */
        code: string;
        /**
         * Field that is wrong
         *
         * Default: null
         */
        field: null | string;
        /**
         * Why membership changed
         */
        reason: string;
        /**
         * Data product that it comes from
         *
         * Default: null
         */
        product: null | string;
        /**
         * Source format and account that delivered it, e.g. segment:shop
         *
         * Default: null
         */
        source: null | string;
        /**
         * Origin of the input record, as topic:partition:offset
         *
         * Default: null
         */
        origin: null | string;
        /**
         * The original bytes, whole
         */
        original: Buffer;
    }
}
