// Generated from schemas/ by `npm run generate`: do not edit.
/* eslint-disable @typescript-eslint/no-namespace */

export type State = TidewaySegments.State;

export namespace TidewaySegments {
    export interface Membership {
        segment: string;
        version: number;
        since: number;
    }
    export interface Share {
        profile_id: string;
        identifiers: string[];
        except: boolean;
    }
    /**
     * Members and trait values per profile: the authority for 'is a member'.
     */
    export interface State {
        /**
         * Profile: uuid v5 of the first identifier seen
         */
        profile_id: string;
        /**
         * Counts the changes of one profile, from 1
         */
        sequence: number;
        /**
         * Segments that hold the profile
         */
        segments: TidewaySegments.Membership[];
        /**
         * Values of traits at the last evaluation, by trait name
         */
        traits: {
            [index: string]: string;
        };
        /**
         * Profiles merged into this one
         */
        aliases: string[];
        /**
         * When the profile is to be evaluated next without an event
         *
         * Default: null
         */
        next_timer_at: null | number;
        /**
         * Evaluation time that SQL needs to give the same answer
         */
        evaluated_at: number;
        /**
         * Time of the event or of the timer that caused the change
         */
        caused_at: number;
        /**
         * Fingerprint of the definitions that it was evaluated by
         */
        definitions: string;
        /**
         * By segment, the effective_at (ms) of its last change, where a later change could be dated before it
         *
         * Default: {}
         */
        effective: {
            [index: string]: number;
        };
        /**
         * Time (ms) before which no change counts any more: what effective had of before it is forgotten
         *
         * Default: 0
         */
        effective_floor: number;
        /**
         * Of profiles that were split, which activities recorded with their profile_id count: those of these identifiers, or, with except, of all others
         *
         * Default: []
         */
        shares: TidewaySegments.Share[];
    }
}
