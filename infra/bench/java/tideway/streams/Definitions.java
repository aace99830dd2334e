// The five segments: what schemas/segments says of them, by hand.
package tideway.streams;

import static tideway.streams.Trait.CART_ADDS_1D;
import static tideway.streams.Trait.EMAIL_CLICKS_30D;
import static tideway.streams.Trait.ORDERS_1D;
import static tideway.streams.Trait.ORDERS_30D;
import static tideway.streams.Trait.PRODUCT_VIEWS_5M;
import static tideway.streams.Trait.REVENUE_365D_MICROS;

import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

final class Definitions {
    record Condition(Trait trait, LongPredicate rule) {
    }

    /** @param all whether every condition must hold, or one of them */
    record Segment(String name, String purpose, String channel, boolean all, List<Condition> conditions) {
        boolean holds(Profile profile, long now) {
            return all
                ? conditions.stream().allMatch(condition -> condition.rule.test(profile.valueOf(condition.trait, now)))
                : conditions.stream().anyMatch(condition -> condition.rule.test(profile.valueOf(condition.trait, now)));
        }
    }

    /** By name, as the sets of members are. */
    static final List<Segment> SEGMENTS = List.of(
        new Segment("cart-abandoners", "marketing", "email", true, List.of(new Condition(CART_ADDS_1D, n -> n >= 1), new Condition(ORDERS_1D, n -> n == 0))),
        new Segment("email-engaged", "marketing", "email", true, List.of(new Condition(EMAIL_CLICKS_30D, n -> n >= 2))),
        new Segment("high-intent", "personalization", "any", true, List.of(new Condition(PRODUCT_VIEWS_5M, n -> n >= 3), new Condition(ORDERS_1D, n -> n < 1))),
        new Segment("repeat-buyers", "marketing", "any", true, List.of(new Condition(ORDERS_30D, n -> n >= 2))),
        new Segment("vip-customers", "personalization", "any", false, List.of(new Condition(REVENUE_365D_MICROS, n -> n >= 1_000_000_000L), new Condition(ORDERS_30D, n -> n >= 5))));

    private static final Set<String> CONSENTS = Set.of("consent_granted", "consent_denied", "consent_withdrawn");
    private static final Set<String> TYPES = Stream.concat(CONSENTS.stream(), Stream.of(Trait.values()).flatMap(trait -> trait.types.stream())).collect(Collectors.toUnmodifiableSet());

    private Definitions() {
    }

    /** Whether some segment looks at it. */
    static boolean concerns(Activity activity) {
        return TYPES.contains(activity.type());
    }

    static boolean isConsent(Activity activity) {
        return CONSENTS.contains(activity.type());
    }
}
