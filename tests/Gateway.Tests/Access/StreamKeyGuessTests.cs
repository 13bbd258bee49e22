using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Streaming.Gateway.Access;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Rtmp;

namespace Streaming.Gateway.Tests.Access;

/// <summary>Somebody guesses stream keys.</summary>
public sealed class StreamKeyGuessTests : IDisposable
{
    private const string Right = "right";

    private readonly FakeTimeProvider _time = new();
    private readonly CountingLogger<StreamKeyGuesses> _log = new();
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly StreamKeyGuesses _guesses;

    public StreamKeyGuessTests() => _guesses = new(
        (request, _) => new(new PublishAnswer.Refused(
            request.StreamKey, request.StreamKey == Right ? PublishRefusal.InUse : PublishRefusal.UnknownKey)),
        _time,
        ActivatorUtilities.CreateInstance<AccessInstruments>(_meters),
        _log);

    public void Dispose() => _meters.Dispose();

    [Fact]
    public async Task StreamKey_GuessedTooOften_IsAnsweredLaterEachTime()
    {
        Exhaust();
        var next = Ask("next");
        var afterIt = Ask("after it");
        Assert.False(next.IsCompleted);

        _time.Advance(StreamKeyGuesses.Interval);
        await next.WaitAsync(Eventually.Patience);
        Assert.False(afterIt.IsCompleted);

        _time.Advance(StreamKeyGuesses.Interval);
        await afterIt.WaitAsync(Eventually.Patience);

        // Each kind of line once, for the first of many.
        Assert.Equal(2, _log.Lines);
    }

    [Fact]
    public async Task StreamKey_GuessedForEver_IsAnsweredWithinTheLongestWait()
    {
        Exhaust();
        var guesses = Enumerable.Range(0, 100).Select(guess => Ask($"more {guess}")).ToList();

        _time.Advance(StreamKeyGuesses.WaitMax);

        await Task.WhenAll(guesses).WaitAsync(Eventually.Patience);
    }

    [Fact]
    public void StreamKey_RightFromTheAddressOfAGuesser_IsAnsweredAtOnce()
    {
        Exhaust();

        Assert.True(Ask(Right).IsCompleted);
    }

    [Fact]
    public void StreamKey_WrongOneAgainAndAgain_HoldsUpNobodyElse()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(Ask("old key").IsCompleted);
        }

        Assert.True(Ask("typing error").IsCompleted);
    }

    [Fact]
    public void StreamKey_WrongFromAnotherAddress_IsAnsweredAtOnce()
    {
        Exhaust();

        Assert.True(Ask("first", "192.0.2.2").IsCompleted);
    }

    private void Exhaust()
    {
        for (var i = 0; i < StreamKeyGuesses.Burst - 1; i++)
        {
            Assert.True(Ask($"guess {i}").IsCompleted);
        }
    }

    private Task<PublishAnswer> Ask(string key, string address = "192.0.2.1") => _guesses.AuthorizeAsync(
        new("live", key, new IPEndPoint(IPAddress.Parse(address), 1), "test"), CancellationToken.None).AsTask();
}
