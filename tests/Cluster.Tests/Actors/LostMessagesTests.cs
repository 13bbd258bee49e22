using Akka.Actor;
using Microsoft.Extensions.Time.Testing;
using Streaming.Cluster.Actors;
using Streaming.Pipeline.Tests;

namespace Streaming.Cluster.Tests.Actors;

/// <summary>Messages that reach nobody are counted by type, of which there are few, and told at a bounded rate.</summary>
public sealed class LostMessagesTests : IAsyncLifetime
{
    private readonly TestMeters _meters = new();
    private readonly FakeTimeProvider _time = new();
    private readonly CapturedLines _log = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly ActorSystem _system =
        ActorSystem.Create("lost", "akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }");

    public ValueTask InitializeAsync()
    {
        LostMessages.Watch(_system, new ActorInstruments(_meters), _time, _log, _ending.Token);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _system.Terminate();
        _meters.Dispose();
        _ending.Dispose();
    }

    [Fact]
    public void Message_ToNobody_IsCountedAndToldWithItsReceiver()
    {
        _system.DeadLetters.Tell("text");

        Assert.Equal(1, _meters["streaming.actors.dead_letters message=String"]);
        var line = Assert.Single(_log.Lines);
        Assert.StartsWith("Information: 1 of the messages String reached nobody, the last one at akka://", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_OfNoUse_IsCountedAndToldAsAWarning()
    {
        var useless = _system.ActorOf(Props.Create(() => new Useless()), "useless");
        useless.Tell(7);
        await useless.Ask<ActorIdentity>(new Identify(null));

        Assert.Equal(1, _meters["streaming.actors.unhandled message=Int32"]);
        Assert.Equal(0, _meters["streaming.actors.dead_letters message=Int32"]);
        Assert.Equal(
            $"Warning: 1 of the messages Int32 were of no use to their receiver, the last one {useless.Path}", Assert.Single(_log.Lines));
    }

    [Fact]
    public void Flood_IsOneLineUntilThePauseIsOver_WithTheirNumberThen()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _system.DeadLetters.Tell("text");
        }

        _time.Advance(LostMessages.Pause - TimeSpan.FromTicks(1));
        _system.DeadLetters.Tell("text");
        Assert.Single(_log.Lines);
        _time.Advance(TimeSpan.FromTicks(1));
        _system.DeadLetters.Tell("text");

        Assert.Equal(1_002, _meters["streaming.actors.dead_letters message=String"]);
        Assert.Contains(" 1001 of the messages", _log.Lines.Last(), StringComparison.Ordinal);
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public void Message_WhileTheNodeEnds_IsCountedAndNotTold()
    {
        _ending.Cancel();
        _system.DeadLetters.Tell("text");

        Assert.Equal(1, _meters["streaming.actors.dead_letters message=String"]);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Types_BeyondTheirLimit_HaveOneNameForAll()
    {
        var types = typeof(LostMessages).Assembly.GetTypes().Concat(typeof(object).Assembly.GetTypes())
            .Where(static type => type is { IsClass: true, IsAbstract: false, IsGenericType: false }).DistinctBy(static type => type.Name)
            .Take(LostMessages.TypesMax + 8).ToList();
        foreach (var type in types)
        {
            _system.DeadLetters.Tell(System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type));
        }

        Assert.Equal(8, _meters[$"streaming.actors.dead_letters message={LostMessages.Other}"]);
        Assert.Equal(1, _meters[$"streaming.actors.dead_letters message={types[LostMessages.TypesMax - 1].Name}"]);
        Assert.Equal(0, _meters[$"streaming.actors.dead_letters message={types[LostMessages.TypesMax].Name}"]);
    }

    private sealed class Useless : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}
