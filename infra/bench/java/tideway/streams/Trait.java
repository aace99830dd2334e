// The traits that the five segments compare: sums over windows of occurred_at, in the buckets that docs/segments.md gives them.
package tideway.streams;

import java.util.Set;

enum Trait {
    CART_ADDS_1D(Trait.DAY, 15 * Trait.MINUTE, Set.of("product_added")),
    ORDERS_1D(Trait.DAY, 15 * Trait.MINUTE, Set.of("order_completed")),
    ORDERS_30D(30 * Trait.DAY, 8 * Trait.HOUR, Set.of("order_completed")),
    REVENUE_365D_MICROS(365 * Trait.DAY, 5 * Trait.DAY, Set.of("order_completed", "order_updated", "order_refunded", "order_cancelled")),
    PRODUCT_VIEWS_5M(5 * Trait.MINUTE, Trait.MINUTE, Set.of("product_viewed")),
    EMAIL_CLICKS_30D(30 * Trait.DAY, 8 * Trait.HOUR, Set.of("email_clicked"));

    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    final long lengthMs;
    private final long bucketMs;
    final Set<String> types;

    Trait(long lengthMs, long bucketMs, Set<String> types) {
        this.lengthMs = lengthMs;
        this.bucketMs = bucketMs;
        this.types = types;
    }

    long bucketOf(long at) {
        return at - at % bucketMs;
    }

    /** What the activity adds; 0 where it does not count. */
    long valueOf(Activity activity) {
        if (activity.machine() || !types.contains(activity.type())) return 0;
        if (this != REVENUE_365D_MICROS) return 1;
        return "EUR".equals(activity.currency()) && activity.valueMicros() != null ? activity.valueMicros() : 0;
    }
}
