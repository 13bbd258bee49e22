using System.Globalization;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Storage.Gcs;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeFaultKind;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeRequest;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>
/// Two origins of one broadcast write the same name with different bytes: the one with the higher epoch has it at the end. Of the fake,
/// since emulators do not keep to preconditions.
/// </summary>
public sealed class GcsEpochTests : GcsScripted
{
    private const int InOneRequest = 10_000;
    private const int InASession = 100_000;

    private readonly TestMeters _meters = new();
    private GcsStorage _storage = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _storage = Open(Patient, instruments: new StorageInstruments(_meters));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _meters.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Write_ZombieCameFirst_TakesItsPlace()
    {
        await WriteAsync(5, InOneRequest);

        await WriteAsync(9, InOneRequest);

        AssertIs(9, InOneRequest);
        Assert.Equal([Upload, Upload, Get, Upload], Kinds);
        Assert.Equal(1, _meters["streaming.storage.replaced"]);
        Assert.Equal(0, _meters["streaming.storage.retries reason=busy"]);
    }

    [Fact]
    public async Task Write_ZombieCameFirst_LargeObject_TakesItsPlaceInAnotherSession()
    {
        await WriteAsync(5, InASession);

        await WriteAsync(9, InASession);

        AssertIs(9, InASession);
        Assert.Equal([BeginUpload, PutUpload, BeginUpload, Get, BeginUpload, PutUpload], Kinds);
        Assert.Equal(1, _meters["streaming.storage.replaced"]);
    }

    [Theory]
    [InlineData(InOneRequest)]
    [InlineData(InASession)]
    public async Task Write_ZombieComesLast_IsRefused(int length)
    {
        await WriteAsync(9, length);

        var conflict = await Assert.ThrowsAsync<StorageConflictException>(() => WriteAsync(5, length));

        Assert.True(conflict.IsOvertaken);
        Assert.Contains("of epoch 9; these are of epoch 5", conflict.Message, StringComparison.Ordinal);
        AssertIs(9, length);
        Assert.Equal(1, _meters["streaming.storage.conflicts there=higher_epoch"]);
        Assert.Equal(0, _meters["streaming.storage.replaced"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task Write_OtherBytesOfTheSameEpoch_AreRefused(long epoch)
    {
        await WriteAsync(epoch, InOneRequest);

        var conflict = await Assert.ThrowsAsync<StorageConflictException>(
            () => _storage.WriteAsync(Name, [Bytes(1000, InOneRequest)], epoch, default));

        Assert.False(conflict.IsOvertaken);
        AssertIs(epoch, InOneRequest);
        Assert.Equal(1, _meters["streaming.storage.conflicts there=same_epoch"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-3")]
    [InlineData("many")]
    public async Task Write_WhatIsThereHasNoEpoch_IsTheLowest(string? said)
    {
        Fake.Put(Name, Bytes(0, InOneRequest), said is null ? null : new Dictionary<string, string> { ["epoch"] = said });

        await WriteAsync(1, InOneRequest);

        AssertIs(1, InOneRequest);
    }

    [Fact]
    public async Task Write_SameBytesOfALowerEpoch_AreOfTheHigherOneFromThenOn()
    {
        await _storage.WriteAsync(Name, [Bytes(9, InOneRequest)], 1, default);
        await WriteAsync(9, InOneRequest);

        await Assert.ThrowsAsync<StorageConflictException>(() => WriteAsync(5, InOneRequest));

        AssertIs(9, InOneRequest);
    }

    [Fact]
    public async Task Write_SameBytesOfAHigherEpoch_AreFine()
    {
        await WriteAsync(9, InOneRequest);
        var generation = Fake.Find(Name)!.Generation;

        await _storage.WriteAsync(Name, [Bytes(9, InOneRequest)], 5, default);

        Assert.Equal(generation, Fake.Find(Name)!.Generation);
        AssertIs(9, InOneRequest);
    }

    [Theory]
    [InlineData(StatusAfter)]
    [InlineData(BreakAfter)]
    [InlineData(BreakBefore)]
    [InlineData(Status)]
    internal async Task Write_AnyRequestOfAReplacementGoesWrong_ReplacesAllTheSame(FakeFaultKind fault)
    {
        var replaced = 0;
        foreach (var (length, requests) in ((int, int)[])[(InOneRequest, 3), (InASession, 4)])
        {
            for (var number = 1; number <= requests; number++)
            {
                var name = $"live/b/{length}/{number}.m4s";
                await WriteAsync(5, length, name);
                var asked = 0;
                Fake.Weather = request => Interlocked.Increment(ref asked) == number ? new FakeFault(request, fault) : null;

                await WriteAsync(9, length, name);

                Fake.Weather = null;
                Assert.True(asked > requests);
                AssertIs(9, length, name);
                Assert.Equal(++replaced, _meters["streaming.storage.replaced"]);
            }
        }
    }

    [Theory]
    [InlineData(InOneRequest, Upload)]
    [InlineData(InASession, BeginUpload)]
    [InlineData(InASession, PutUpload)]
    internal async Task Write_OneOfAnEvenHigherEpochComesBetween_IsRefused(int length, FakeRequest before)
    {
        await WriteAsync(5, length);
        Between(before, () => Fake.Put(Name, Bytes(12, length), new Dictionary<string, string> { ["epoch"] = "12" }));

        var conflict = await Assert.ThrowsAsync<StorageConflictException>(() => WriteAsync(9, length));

        Assert.True(conflict.IsOvertaken);
        AssertIs(12, length);
    }

    [Theory]
    [InlineData(InOneRequest, Upload)]
    [InlineData(InASession, BeginUpload)]
    [InlineData(InASession, PutUpload)]
    internal async Task Write_AnotherOfALowerEpochComesBetween_IsReplacedToo(int length, FakeRequest before)
    {
        await WriteAsync(5, length);
        Between(before, () => Fake.Put(Name, Bytes(7, length), new Dictionary<string, string> { ["epoch"] = "7" }));

        await WriteAsync(9, length);

        AssertIs(9, length);
    }

    [Fact]
    public async Task Write_WhatIsToMakeWayIsDeletedMeanwhile_IsStored()
    {
        await WriteAsync(5, InOneRequest);
        Between(Upload, () => Fake.Remove(Name));

        await WriteAsync(9, InOneRequest);

        AssertIs(9, InOneRequest);
        Assert.Equal(0, _meters["streaming.storage.replaced"]);
    }

    [Theory]
    [InlineData(InOneRequest)]
    [InlineData(InASession)]
    public async Task Write_ManyAtOnceInBadWeather_TheHighestEpochIsThereAtTheEnd(int length)
    {
        const int writers = 16;
        var patient = Open(Patient with { WriteDeadline = TimeSpan.FromMinutes(5) });
        var chance = new Random(length);
        Fake.Weather = request =>
        {
            lock (chance)
            {
                return chance.Next(8) switch
                {
                    0 => new FakeFault(request, StatusAfter),
                    1 => new FakeFault(request, BreakAfter),
                    2 => new FakeFault(request, BreakBefore),
                    _ => null,
                };
            }
        };

        for (var round = 0; round < 5; round++)
        {
            var name = $"live/b/source/{round}.m4s";
            long[] epochs = [.. Enumerable.Range(1, writers)];
            chance.Shuffle(epochs);
            var refused = await Task.WhenAll(epochs.Select(async epoch =>
            {
                try
                {
                    await patient.WriteAsync(name, [Bytes(epoch, length)], epoch, default);
                    return 0L;
                }
                catch (StorageConflictException e) when (e.IsOvertaken)
                {
                    return epoch;
                }
            }));

            Assert.DoesNotContain(writers, refused);
            AssertIs(writers, length, name);
        }
    }

    private static byte[] Bytes(long epoch, int length)
    {
        var bytes = Media(length);
        BitConverter.TryWriteBytes(bytes, epoch);
        return bytes;
    }

    private Task WriteAsync(long epoch, int length, string name = Name) =>
        _storage.WriteAsync(name, [Bytes(epoch, length)], epoch, default);

    /// <summary>Something happens right before that request, after it was looked at what is there.</summary>
    private void Between(FakeRequest before, Action happens)
    {
        var hasLooked = false;
        Fake.Weather = request =>
        {
            hasLooked |= request == Get;
            if (hasLooked && request == before)
            {
                Fake.Weather = null;
                happens();
            }

            return null;
        };
    }

    private void AssertIs(long epoch, int length, string name = Name)
    {
        var stored = Fake.Find(name)!;
        Assert.Equal(Bytes(epoch, length), stored.Bytes);
        Assert.Equal(
            epoch == 0 ? null : epoch.ToString(CultureInfo.InvariantCulture), stored.Metadata?.GetValueOrDefault("epoch"));
    }
}
