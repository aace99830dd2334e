// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type QuarantineReplay = TidewayOperations.QuarantineReplay;

export namespace TidewayOperations {
    export type ReplayOutcome = "replayed" | "refused" | "other";
    /**
     * Replays of what was in quarantine: who, when, what was corrected, and what became of it.
     */
    export interface QuarantineReplay {
        /**
         * Unique id: uuid v5 of the entry, the corrected bytes and the outcome, so that a repeat keeps it
         */
        event_id: string;
        /**
         * When it was replayed
         */
        occurred_at: number;
        /**
         * Entry of operations.quarantine that was replayed
         */
        quarantine_id: string;
        /**
         * First entry of its chain: the entry itself, or the one that it is a corrected replay of
         */
        first_id: string;
        /**
         * Service that replayed it
         */
        service: string;
        /**
         * Name of the key that asked for it
         */
        replayed_by: string;
        /**
         * Whether its records were published, or it was refused again
         */
        outcome: TidewayOperations.ReplayOutcome;
        /**
         * Stable code of the refusal
         *
         * Default: null
         */
        code: null | string;
        /**
         * Field that is wrong
         *
         * Default: null
         */
        field: null | string;
        /**
         * Why it was refused, in words
         *
         * Default: null
         */
        reason: null | string;
        /**
         * event_id of each record that was published
         */
        event_ids: string[];
        /**
         * Paths that were corrected; `body` where all of it was replaced
         */
        corrected: string[];
        /**
         * Entry that keeps the corrected bytes, where they were refused
         *
         * Default: null
         */
        quarantined_as: null | string;
    }
}
