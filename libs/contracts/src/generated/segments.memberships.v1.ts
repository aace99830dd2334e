// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type Membership = TidewaySegments.Membership;

export namespace TidewaySegments {
    export type Change = "entered" | "exited";
    export type Reason = "activity" | "time" | "consent" | "merge" | "split" | "definition" | "erasure";
    /**
     * Entries into and exits from segments, in order per profile.
     */
    export interface Membership {
        /**
         * Profile: uuid v5 of the first identifier seen
         */
        profile_id: string;
        /**
         * Counts the changes of one profile, from 1
         */
        sequence: number;
        /**
         * Segment name
         */
        segment: string;
        /**
         * Version of the definition
         */
        segment_version: number;
        /**
         * Whether the profile entered or left the segment
         */
        change: TidewaySegments.Change;
        /**
         * Why membership changed
         */
        reason: TidewaySegments.Reason;
        /**
         * Time of the event or of the timer that caused the change
         */
        caused_at: number;
        /**
         * Evaluation time that SQL needs to give the same answer
         */
        evaluated_at: number;
        /**
         * Origin of the activity that caused it, as topic:partition:offset; null where time or a definition did
         *
         * Default: null
         */
        origin: null | string;
        /**
         * Segments that hold the profile after the change
         */
        segments: string[];
        /**
         * Time from which the change counts in the past as corrected: of its cause, within the segment's lateness and never before the change that precedes it; null in records of before version 1.1
         *
         * Default: null
         */
        effective_at: null | number;
    }
}
