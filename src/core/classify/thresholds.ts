/** Every number a verdict hangs on, beside its reason. */

/** Below this share of the run nothing is offered: even at no cost at all, the run would be at most 5 % faster, which nobody notices. */
export const OFFER_SHARE = 0.05;
/** Nor below this time: the sampler's own jitter on a 1 ms interval is of this size. */
export const OFFER_US = 10_000;
/** A change whose own gain is less than this is not made for the script's own time: the same 5 %, after what it leaves was taken off. */
export const OFFER_SPEEDUP = 1.05;

/** A shorter run says more about starting than about the program; 50 samples also leave a share of 10 % with an error of half its size. */
export const SHORTEST_RUN_US = 50_000;
export const FEWEST_SAMPLES = 50;
/** A function's own verdict needs fewer: it is read together with the run's. */
export const FEWEST_HOT_SPOT_US = 5000;

/** A kind of time that is half of all that was not idle is what the run is bound by; no two can be. */
export const DOMINANT_SHARE = 0.5;
/** JavaScript and native code together are computing: where they fill this much, the larger names the bound although neither is half. */
export const COMPUTING_SHARE = 0.7;
/** Garbage collection of healthy programs stays below a tenth; at three tenths allocation is the cause that pays to change. */
export const GC_SHARE = 0.3;

/** A function that computes is also seen off the CPU now and then (page faults, a lump of the counters): only this much is a block. */
export const BLOCKED_IN_COMPUTING_SHARE = 0.3;
export const BLOCKED_IN_COMPUTING_US = 20_000;
/** Native code outside any function that is this much off the CPU, for this long, is an event loop that waits. */
export const WAITING_PROGRAM_SHARE = 0.6;
export const WAITING_PROGRAM_US = 5000;

/** Computing found in idle time below this share of it may be an edge of the neighbouring samples: readings are 1 ms apart. */
export const BUSY_IDLE_SHARE = 0.1;

/** What holds the event loop for less is within the sampler's error, and nobody notices. */
export const SHORTEST_BLOCKAGE_US = 10_000;
/** Without a request that had to wait, a blockage is told only from this length on: the long task of the W3C's Long Tasks API (50 ms). */
export const LONG_BLOCKAGE_US = 50_000;
/** So many of the longest blockages are in a report. */
export const REPORTED_BLOCKAGES = 20;

/** A main thread that waited or idled for so much of the run says less of it than the threads and processes that worked meanwhile. */
export const SPEAKING_SHARE = 0.5;

/** A thread or process that idled for this share of its time, beside others, was one more than the work needed. */
export const IDLE_LANE_SHARE = 0.5;
/** A shorter life says nothing: starting alone takes some 50 ms. */
export const IDLE_LANE_US = 200_000;
/** Threads and processes that are busy for so much of their time, or so many of the cores, have no room for more. */
export const SATURATED_SHARE = 0.8;
/** Operations that queue for the thread pool are worth a sentence where the thread waited so long, and so much of the run, while they did. */
export const FULL_POOL_SHARE = 0.05;
export const FULL_POOL_US = 20_000;

/** Loading modules is told line by line where it is this much of the run: below it, what a lazy import saves is hardly noticed. */
export const LOADING_SHARE = 0.1;
/** Lines and packages with less of the loading are left out. */
export const TOLD_LOADING_SHARE = 0.1;

/** Lines below this share of the run are left out of a report. */
export const REPORTED_LINE_SHARE = 0.005;
/** And hot spots below this one. */
export const REPORTED_HOT_SPOT_SHARE = 0.001;
