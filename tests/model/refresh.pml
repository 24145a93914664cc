/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The protocol of common/tokens_renew.c and common/tokens.c: USERS processes that refresh, log in and log out as they like, and may be killed at any step;
 * a vendor that changes the refresh token at each use, and whose answers may be lost. tests/model/run checks it.
 *
 * GRACE             the vendor answers a repeated use of the last refresh token with the same new one; without it, reuse ends the login
 * RETRY             refresh_retry = 1: a refresh token whose answer is missing is sent once more, in the same call or by the next; without it, never again
 * NO_NOTE           without the write-ahead: nobody knows that a refresh token is out
 * EARLY_END         the note goes before the answer is stored
 * REVOKE            a logout tells the vendor, after the record is gone
 * NO_LOCK, NO_REREAD, NO_SWAP_LOCK, NO_LOOK      a part of the protocol taken out: the check must find the harm
 *
 * A refresh token is the pair login, generation. A killed process's use is over: the kernel closed its connection, whether or not the vendor has read the request.
 * Not in the model: a process that is stopped, not killed, within the swap for longer than LOCK_SWAP_SECONDS.
 */
#define USERS 3
#define LOGINS 3      /* 1 .. LOGINS - 1 */
#define GENERATIONS 6 /* 1 .. GENERATIONS - 1; more than the deeds can make */
#ifndef DEEDS
#define DEEDS 4       /* of all processes together */
#endif
#define KILLS 2
#define LOSSES 1

byte record_login, record_generation; /* the keyring; login 0: nothing */
byte newest[LOGINS];                  /* at the vendor: the generation of the good refresh token */
bool ended[LOGINS];                   /* by the vendor, because of a reuse */
bool lost[LOGINS];                    /* an answer never reached a living process */
byte note_login, note_generation;     /* the write-ahead: this refresh token is out; login 0: none */
bool sent[LOGINS * GENERATIONS];      /* has gone out, and nobody knows an answer */
bool logged_out[LOGINS];
byte uses[LOGINS * GENERATIONS];      /* requests under way with that refresh token */
byte refresh_lock, swap_lock;         /* the holder, 0: free */
byte logins, deeds, kills, losses, busy;

#define USE uses[login * GENERATIONS + generation]
#define SENT sent[login * GENERATIONS + generation]
#define TAKE(lock) atomic { lock == 0 -> EVENT(takes) lock = me }
#define GIVE(lock) atomic { if :: lock == me -> lock = 0 :: else fi }

#ifdef NO_LOCK
#define TAKE_REFRESH skip
#else
#define TAKE_REFRESH TAKE(refresh_lock)
#endif
#ifdef NO_SWAP_LOCK
#define TAKE_SWAP skip
#else
#define TAKE_SWAP TAKE(swap_lock)
#endif

/*
 * With GOAL, DEED_1 and DEED_2 (labels below; the third process does nothing) each process does its one deed, and the search ends where all are done and GOAL is true:
 * its trail is what tests/flows/refresh-model.bats does with the real programs. "@ PROCESS EVENT"; process 0 is the settings, and at the end the facts.
 */
mtype = { reads, takes, sends, judges, request_lost, answer_lost, answered, stores, logs_in, has_logged_in, logs_out, revokes, killed, is_done };
#ifdef TRACE
#define EVENT(what) printf("@ %d %e\n", me, what);
#else
#define EVENT(what)
#endif
#ifdef GOAL
byte seen[LOGINS * GENERATIONS]; /* uses of a refresh token that reached the vendor */
byte refused;
byte readers;
bool together, joined;           /* both had read before one of them asked; one took what the other had stored */
bool late, yielded, revoked;     /* the record was taken away or replaced behind the vendor's answer; the answer was not stored over that */
#define HISTORY(what) what;
#define SETTINGS printf("@ 0 grace %d\n@ 0 retry %d\n@ 0 revoke %d\n", GRACE_IS, RETRY_IS, REVOKE_IS)
#define FACTS \
	printf("@ 0 record %d %d\n@ 0 noted %d\n", record_login, record_generation, note_login != 0); \
	printf("@ 0 seen_first %d\n@ 0 seen_second %d\n@ 0 refused %d\n", seen[GENERATIONS + 1], seen[GENERATIONS + 2], refused)
#ifdef GRACE
#define GRACE_IS 60
#else
#define GRACE_IS 0
#endif
#ifdef RETRY
#define RETRY_IS 1
#else
#define RETRY_IS 0
#endif
#ifdef REVOKE
#define REVOKE_IS 1
#else
#define REVOKE_IS 0
#endif
#else
#define HISTORY(what)
#endif

/* kill -9, or not. The kernel frees what was held. */
#define MAY_DIE if :: atomic { kills < KILLS -> kills++; EVENT(killed) goto dead } :: skip fi

/* The vendor judges a refresh: a new generation in answer, or 0 for a refusal. */
inline vendor_judge()
{
	EVENT(judges)
	HISTORY(seen[login * GENERATIONS + generation]++)
	if
	:: !ended[login] && generation == newest[login] -> newest[login]++; answer = newest[login]
#ifdef GRACE
	:: !ended[login] && generation + 1 == newest[login] -> answer = newest[login]
	:: !ended[login] && generation + 1 < newest[login] -> ended[login] = true; answer = 0
#else
	:: !ended[login] && generation < newest[login] -> ended[login] = true; answer = 0
#endif
	:: ended[login] -> answer = 0
	fi;
	HISTORY(refused = refused + (answer == 0))
}

proctype user(byte me)
{
	byte login, generation, answer;
	bool out, open;
#ifdef GOAL
	bool did;
#endif

again:
	atomic {
		login = 0; generation = 0; answer = 0; out = false; open = false;
		if
		:: deeds < DEEDS -> deeds++; busy++
		:: goto over
		fi
	}
#ifdef GOAL
	if
	:: me == 1 && !did -> did = true; goto DEED_1
	:: me == 2 && !did -> did = true; goto DEED_2
	:: else -> deeds--; busy--; goto over
	fi;
#else
	if
	:: goto refresh
	:: goto log_in
	:: goto log_out
	fi;
#endif

refresh:
	atomic { EVENT(reads) HISTORY(readers++) login = record_login; generation = record_generation };
	if :: login == 0 -> goto finished :: else fi;
	MAY_DIE;
	TAKE_REFRESH;
	MAY_DIE;
#ifndef NO_REREAD
	atomic { /* what the winner stored is ours too */
		if
		:: record_login != login || record_generation != generation -> HISTORY(joined = true) goto finished
		:: else
		fi
	};
#endif
	MAY_DIE;
	atomic {
		skip;
#ifndef NO_NOTE
		open = (note_login == login && note_generation == generation);
#ifndef RETRY
		if :: open -> goto finished :: else fi;
#endif
		note_login = login; note_generation = generation;
#endif
		skip
	};
	MAY_DIE;
once_more:
	atomic {
#ifndef RETRY
		assert(!SENT); /* never a second time */
#endif
		EVENT(sends) HISTORY(together = readers == 2)
		USE++; out = true; SENT = true; assert(USE == 1) /* never two uses of one refresh token at once */
	};
	MAY_DIE;
	if
	:: atomic { losses < LOSSES -> losses++; EVENT(request_lost) goto no_answer }
	:: d_step { vendor_judge(); if :: answer != 0 -> lost[login] = true :: else fi } /* until somebody stores it */
	fi;
	MAY_DIE;
	if
	:: atomic { losses < LOSSES && answer != 0 -> losses++; EVENT(answer_lost) goto no_answer }
	:: atomic { EVENT(answered) USE--; out = false }
	fi;
	MAY_DIE;
	if :: answer == 0 -> goto known :: else fi;
#ifdef EARLY_END
	atomic { note_login = 0; note_generation = 0 };
	MAY_DIE;
#endif
	TAKE_SWAP;
	MAY_DIE;
#ifndef NO_LOOK
	if
	:: atomic { record_login != login || record_generation != generation -> HISTORY(yielded = true) goto known }
	:: else
	fi;
#endif
	MAY_DIE;
	atomic {
		EVENT(stores)
		assert(!logged_out[login]);      /* a logout is final */
		assert(record_login == login);   /* a newer login wins */
		assert(record_generation < answer);
		record_generation = answer;
		record_login = login;
		if :: answer == newest[login] -> lost[login] = false :: else fi
	};
	MAY_DIE;
	goto known;

no_answer:
	atomic { USE--; out = false };
#ifdef RETRY
	/* Once in a call, where this was not the second time already, and after a look at what is stored. */
	atomic {
		if
		:: !open && record_login == login && record_generation == generation -> open = true; answer = 0; goto once_more
		:: else
		fi
	};
#endif
	goto finished;

known:
	atomic { note_login = 0; note_generation = 0 };
	goto finished;

log_in:
	atomic {
		if
		:: logins < LOGINS - 1 -> EVENT(logs_in) logins++; login = logins; newest[login] = 1
		:: else -> goto finished
		fi
	};
	MAY_DIE;
	TAKE_SWAP;
	MAY_DIE;
	/* Of two logins at once either may be the last. */
	atomic { EVENT(has_logged_in) HISTORY(late = seen[GENERATIONS + 1] > 0) record_login = login; record_generation = 1 };
	MAY_DIE;
	goto finished;

log_out:
	TAKE_SWAP;
	MAY_DIE;
	atomic {
		EVENT(logs_out) HISTORY(late = seen[GENERATIONS + 1] > 0)
#ifdef REVOKE
		login = record_login;
#endif
		if :: record_login != 0 -> logged_out[record_login] = true; record_login = 0; record_generation = 0 :: else fi
	};
	MAY_DIE;
#ifdef REVOKE
	GIVE(swap_lock);
	atomic { if :: login != 0 -> EVENT(revokes) HISTORY(revoked = true) ended[login] = true :: else fi };
	MAY_DIE;
#endif
	goto finished;

dead:
finished:
	atomic {
		EVENT(is_done)
		GIVE(swap_lock); GIVE(refresh_lock);
		if :: out -> USE--; out = false :: else fi;
		busy--;
		/*
		 * Nobody is at work: unless an answer was lost, or died with its process, the record has the vendor's newest refresh token and the login lives.
		 * With grace the next refresh mends even a loss. Whoever finds a loss later knows of it: the note is there until an answer to that refresh token is known.
		 */
		if
		:: busy == 0 && record_login != 0 ->
			assert(lost[record_login] || (!ended[record_login] && record_generation == newest[record_login]));
#ifdef GRACE
			assert(!ended[record_login] && record_generation + 1 >= newest[record_login]);
#endif
#ifndef NO_NOTE
			assert(record_generation == newest[record_login] || ended[record_login] || (note_login == record_login && note_generation == record_generation))
#endif
		:: else
		fi;
#ifdef GOAL
		if
		:: busy == 0 && deeds == DEEDS && (GOAL) -> FACTS; assert(false)
		:: else
		fi;
#endif
		goto again
	};
over:
	skip
}

init {
	atomic {
#ifdef GOAL
		SETTINGS;
#endif
		logins = 1; newest[1] = 1; record_login = 1; record_generation = 1;
		run user(1); run user(2); run user(3)
	}
}
