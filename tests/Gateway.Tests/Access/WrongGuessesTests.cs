using System.Net;
using Microsoft.Extensions.Time.Testing;
using Streaming.Gateway.Access;

namespace Streaming.Gateway.Tests.Access;

public sealed class WrongGuessesTests
{
    private const int Burst = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly NetworkPrefix Guesser = Address(1);

    private readonly FakeTimeProvider _time = new();
    private readonly WrongGuesses _guesses;
    private int _guess;

    public WrongGuessesTests() => _guesses = new(_time, Burst, Interval, Interval * 2);

    [Fact]
    public void Address_ThatGuessedNothing_DoesNotWait() => Assert.Equal(TimeSpan.Zero, _guesses.WaitOf(Guesser));

    [Fact]
    public void Address_WithinItsBurst_DoesNotWaitAndThenDoes()
    {
        Assert.Equal(TimeSpan.Zero, Guess());
        Assert.Equal(TimeSpan.Zero, Guess());
        Assert.Equal(Interval, Guess());
        Assert.Equal(Interval, _guesses.WaitOf(Guesser));
    }

    [Fact]
    public void Address_ThatWaited_MayGuessOnceAnInterval()
    {
        while (Guess() == TimeSpan.Zero)
        {
        }

        for (var i = 0; i < 10; i++)
        {
            _time.Advance(Interval);
            Assert.Equal(TimeSpan.Zero, _guesses.WaitOf(Guesser));
            Assert.Equal(Interval, Guess());
        }
    }

    [Fact]
    public void Address_ThatWasQuietForLong_HasOneBurst()
    {
        Guess();
        _time.Advance(TimeSpan.FromDays(365));

        Assert.Equal([TimeSpan.Zero, TimeSpan.Zero, Interval], [Guess(), Guess(), Guess()]);
    }

    [Fact]
    public void Wait_OfWhoGoesOn_HasItsLongest()
    {
        for (var i = 0; i < 1000; i++)
        {
            Guess();
        }

        Assert.Equal(Interval * 2, _guesses.WaitOf(Guesser));
    }

    [Fact]
    public void Guess_TheSameAgain_CostsNothingAndIsKnown()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(TimeSpan.Zero, _guesses.Add(Guesser, 7));
        }

        Assert.True(_guesses.IsKnown(Guesser, 7));
        Assert.False(_guesses.IsKnown(Guesser, 8));
        Assert.False(_guesses.IsKnown(Address(2), 7));
    }

    [Fact]
    public void Address_OfAnother_DoesNotWait()
    {
        while (Guess() == TimeSpan.Zero)
        {
        }

        Assert.Equal(TimeSpan.Zero, _guesses.WaitOf(Address(2)));
    }

    [Fact]
    public void Addresses_MoreThanAreRemembered_ForgetWhoGuessedLongestAgo()
    {
        while (Guess() == TimeSpan.Zero)
        {
        }

        for (var i = 0; i < WrongGuesses.AddressesMax - 1; i++)
        {
            _guesses.Add(Address(100 + i), 1);
        }

        Assert.Equal(Interval, _guesses.WaitOf(Guesser));
        _guesses.Add(Address(99), 1);
        Assert.Equal(TimeSpan.Zero, _guesses.WaitOf(Guesser));
        Assert.True(_guesses.IsKnown(Address(100), 1));
    }

    private static NetworkPrefix Address(int number) => NetworkPrefix.Of(new IPAddress(number));

    private TimeSpan Guess() => _guesses.Add(Guesser, ++_guess);
}
