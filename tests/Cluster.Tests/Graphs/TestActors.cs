using Akka.Actor;
using Akka.Configuration;
using Akka.Streams;
using Streaming.Cluster.Graphs;

namespace Streaming.Cluster.Tests.Graphs;

/// <summary>The actor system of tests that need no cluster: one for all of them, which ends with the process.</summary>
internal static class TestActors
{
    /// <summary>For systems of tests: what goes wrong in them is thrown at the test.</summary>
    public static Config Configuration { get; } = ConfigurationFactory.ParseString(
        """
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          log-dead-letters = off
        }
        """).WithFallback(Inline.Configuration);

    /// <summary>The same, with timers that the test has go by.</summary>
    public static Config ConfigurationOfVirtualTime { get; } = ConfigurationFactory.ParseString(
        """
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        """).WithFallback(Configuration);

    /// <summary>The same, with a journal that fails when it is told to (Akka.Persistence.TestKit).</summary>
    public static Config ConfigurationOfAScriptedJournal { get; } = ConfigurationFactory.ParseString(
        """
        akka {
          persistence {
            journal {
              plugin = akka.persistence.journal.scripted
              scripted.class = "Akka.Persistence.TestKit.TestJournal, Akka.Persistence.TestKit"
            }
            snapshot-store.plugin = akka.persistence.snapshot-store.inmem
          }
          test.single-expect-default = 30s
        }
        """).WithFallback(Configuration);

    public static ActorSystem System { get; } = ActorSystem.Create("tests", Configuration);

    public static ActorMaterializer Materializer { get; } = System.Materializer(Inline.MaterializerSettings(System));
}
