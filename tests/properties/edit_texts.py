"""Five commented troy files, each in another hand, for random edits. Every comment is there once."""

from __future__ import annotations

TIDY = """\
### A tidy flow, as `fmt` writes it.
###
### Its second line of module documentation.

# c1: above the flow
## The flow's own documentation.
define flow main
flow
  use tremor::connectors; # c2: a trailing one

  # c3: the source
  # c4: second line of it
  define connector tick from metronome
  with
    # c5: above a setting
    config = {
      # c6: inside of the record
      "interval": 1000000000 # c7: a second
    }
  end;

  # c8: apart from everything

  ## Documentation of a pipeline.
  define pipeline enrich
  pipeline
    # c9: the script
    define script enrich
    script
      # c10: first thing in the script
      let event.x = 1; # c11: sets x
      match event of
        case %{ present y } => emit event => "odd" # c12: in a case
        case _ => event
      end
      # c13: last thing in the script
    end;

    # c14: creates
    create script enrich;

    # c15: in
    select event from in into enrich;
    select event from enrich into out; # c16: out
    # c17: errors
    select event from enrich/err into err;
    select {"odd": event} from enrich/odd where event.z > 1 into out/odd;
    # c18: at the end of the pipeline
  end;

  define connector nowhere from `null`; # c19: takes all

  # c20: above creates
  create connector tick;
  create connector nowhere;
  create connector console from connectors::console;
  create pipeline enrich;

  # c21: links
  connect /connector/tick to /pipeline/enrich;
  connect /pipeline/enrich to /connector/nowhere; # c22: main way
  # c23: errors
  connect /pipeline/enrich/err to /connector/console;
  connect /pipeline/enrich/odd to /connector/console/stdout;
  # c24: end of the flow
end;

# c25: between

deploy flow main; # c26: at the end
# c27: below all
"""

FOREIGN = """\
# ä1: Straßenverkehr — 交通 🚦
define flow verkehr
flow
    # ä2: die Quelle, mit \U0001f600 und e\u0301
    define connector quelle from file
    with
        codec = "json", # ä3: Zeile für Zeile
        preprocessors = ["separate"],
        config = {
            "path": "straße.jsonl", # ä4: «Pfad»
            "mode": "read"
        }
    end;

    define connector senke from file
    args
        path = "out-ö.jsonl"
    with
        codec = "json",
        # ä5: ein Kommentar über postprocessors
        postprocessors = ["separate"],
        config = { "path": args.path, "mode": "append" }
    end;

    define pipeline zählen
    pipeline
        select { "ö": event.ö, "text": "日本語 #{ event.n }" } from in into out; # ä6: 日本語
    end;

    create connector quelle;
    create connector senke; # ä7: erste
    create connector zweite from senke with path = "ü.jsonl" end; # ä8: zweite
    create pipeline p from zählen;

    connect /connector/quelle to /pipeline/p;
    # ä9: doppelt
    connect /pipeline/p to /connector/senke;
    connect /pipeline/p to /connector/zweite;
end;
# ä10: Ende
deploy flow verkehr
""".replace("zählen", "zaehlen").replace("\n", "\r\n")

DENSE = """\
define flow d flow define connector a from metronome with config={"interval":50000000} end; # d1
define connector b from `null`;create connector a;create connector b; # d2
define pipeline p pipeline create stream s; select event from in into s; # d3
select event from s into out end;
create pipeline p; connect /connector/a to /pipeline/p; connect /pipeline/p to /connector/b # d4
end; deploy flow d; # d5
"""

ODD = """\
#!config x = 1
### odd
# o1
define flow
  odd # o2: in the middle of it
flow
	# o3: tabs
	define connector
		t   # o4
	from metronome
	with
		config = # o5
		{ "interval" : 500000000 , # o6
		}, # o7
		# o8: before the end
	end
	; # o9: a lone semicolon
	define connector n from `null`
	with codec = "json", metrics_interval_s = 5, end;
	define pipeline `one` pipeline
		define operator c from generic::counter; create operator c;

		# o10


		# o11
		select event
		from in # o12
		into c;
		select event from c into out having event.count > 0 # o13

		# o14
	end;
	create connector t
	# o15: between create and its semicolon
	;
	create connector n; create pipeline two from `one`;
	connect
		/connector/t # o16
	to
		/pipeline/two;

	connect /pipeline/two/out to /connector/n # o17: no semicolon at the end
end;


deploy flow odd # o18
"""

NESTED = '''\
# n1
define flow first
args
  rate = 7
flow
  use tremor::pipelines;
  # n2
  define connector load from bench
  args every
  with config = {"path": "in.jsonl", "interval": args.every} end;
  define connector sink from file
  args path # n3
  with codec = "json", config = {"path": args.path, "mode": "truncate"} end;
  define pipeline outer
  into out, err, slow
  args limit = 10
  pipeline
    # n4
    define pipeline part
    pipeline
      define script s
      args n
      script from aux
        drop
      script
        let event.s = """
        lines # of a heredoc are no comments
      stay where #{ event.x } they are
        """;
        event # n5
      end;
      create script s with n = 3 end; # n6
      create script t from s with n = 4 end;
      select event from in into s;
      select event from s into t;
      select event from t into out;
    end;
    define window w from tumbling # n7
    with size = 5 end;
    create pipeline part; # n8
    create stream mid;
    define operator batch from generic::batch args n with count = args.n end;
    create operator batch with n = args.limit end;
    select event from in into part; # n9
    select event from part into mid;
    select event from mid into batch;
    # n10
    select { "n": aggr::stats::count() } from mid[w] group by event.k into slow;
    select event from batch into out;
  end;
  create connector load with every = args.rate end;
  create connector a from sink with path = "a.jsonl" end;
  create connector b from sink with # n11
    path = "b.jsonl"
  end;
  create pipeline outer;
  create pipeline same from outer with limit = 3 end; # n12
  create pipeline pass from pipelines::passthrough;
  connect /connector/load to /pipeline/outer;
  connect /connector/load to /pipeline/same;
  connect /pipeline/outer to /pipeline/pass; # n13
  connect /pipeline/pass to /connector/a;
  connect /pipeline/same to /connector/b;
  connect /pipeline/outer/slow to /connector/b;
end;
# n14
define flow second
flow
  define connector x from metronome with config = {"interval": 9} end; # n15
  define connector y from `null`;
  define pipeline z pipeline select event from in into out; end;
  create connector x; create connector y; create pipeline z;
  connect /connector/x to /pipeline/z; connect /pipeline/z to /connector/y;
end;
deploy flow first with rate = 9 end; # n16
deploy flow again from first;
# n17
deploy flow second;
'''

TEXTS = {"tidy": TIDY, "foreign": FOREIGN, "dense": DENSE, "odd": ODD, "nested": NESTED}
