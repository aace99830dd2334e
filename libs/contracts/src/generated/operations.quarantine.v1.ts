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
         * Unique id: uuid v5 of service and origin, or of service, source and original bytes, so that a repeat keeps it
         */
        event_id: string;
        /**
         * When it was refused
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
         * Why it was refused, in words
         */
        reason: string;
        /**
         * Data product that it should have become, or that the record is of
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
         * Record that was refused, as topic:partition:offset; null where it never became one
         *
         * Default: null
         */
        origin: null | string;
        /**
         * The original bytes, whole; they may hold personal data
         */
        original: Buffer;
        /**
         * What a replay needs beside the bytes, as JSON: time of receipt, place in the request, what the request said for all its events; may hold personal data. Null where it cannot be replayed from its bytes alone
         *
         * Default: null
         */
        context: null | string;
        /**
         * First entry of which this is a corrected replay that was refused again
         *
         * Default: null
         */
        replay_of: null | string;
        /**
         * Size of the original; `original` is empty where the bound on kept bytes left it out
         *
         * Default: null
         */
        original_bytes: null | number;
    }
}
