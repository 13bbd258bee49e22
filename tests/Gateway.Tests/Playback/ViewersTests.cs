using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Streaming.Gateway.Playback;

namespace Streaming.Gateway.Tests.Playback;

/// <summary>Who is counted as a viewer, and who only pretends to be many.</summary>
public sealed class ViewersTests : IDisposable
{
    private const string Slug = "mine";
    private const int PerAddressMax = 1_000;

    private static readonly TimeSpan Reload = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly Viewers _viewers;

    public ViewersTests() => _viewers = new(_time, PerAddressMax);

    public void Dispose() => _viewers.Dispose();

    [Fact]
    public void Client_ThatReloads_IsAViewerUntilItStops()
    {
        Saw("player");
        Assert.Equal(0, _viewers.Of(Slug));
        _time.Advance(Reload);
        Saw("player");
        Assert.Equal(1, _viewers.Of(Slug));

        for (var i = 0; i < 60; i++)
        {
            _time.Advance(Reload);
            Saw("player");
            Assert.Equal(1, _viewers.Of(Slug));
        }

        _time.Advance(Viewers.Timeout);
        Assert.Equal(1, _viewers.Of(Slug));
        _time.Advance(Viewers.SweepInterval);
        Assert.Equal(0, _viewers.Of(Slug));
    }

    [Fact]
    public void Client_ThatAsksManyTimesInAMoment_IsNoViewer()
    {
        for (var i = 0; i < 100; i++)
        {
            Saw("burst");
        }

        Assert.Equal(0, _viewers.Of(Slug));
    }

    [Fact]
    public void Client_ThatAsksOnceInAWhile_IsNoViewer()
    {
        for (var i = 0; i < 10; i++)
        {
            Saw("monitoring");
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(0, _viewers.Of(Slug));
    }

    [Fact]
    public void Client_ThatAsksForHeadersAlone_IsNoViewer()
    {
        for (var i = 0; i < 10; i++)
        {
            Saw("head", method: HttpMethods.Head);
            _time.Advance(Reload);
        }

        Assert.Equal(0, _viewers.Of(Slug));
    }

    [Fact]
    public void Clients_InventedByOneAddress_AreCountedUpToItsShareAndLeaveOthersTheirs()
    {
        for (var round = 0; round < 3; round++)
        {
            for (var client = 0; client < 20_000; client++)
            {
                Saw($"invented {client}");
            }

            Saw("player", "192.0.2.2");
            _time.Advance(Reload);
        }

        Assert.Equal(PerAddressMax + 1, _viewers.Of(Slug));
    }

    [Fact]
    public void Clients_OfOneAddressThatLeft_MakeRoomForOthers()
    {
        Watch(client => Saw($"first {client}"), PerAddressMax);
        _time.Advance(Viewers.Timeout + Viewers.SweepInterval);
        Assert.Equal(0, _viewers.Of(Slug));

        Watch(client => Saw($"second {client}"), PerAddressMax);

        Assert.Equal(PerAddressMax, _viewers.Of(Slug));
    }

    [Fact]
    public void Clients_MoreThanAreRemembered_AreNotCounted()
    {
        Watch(
            client => Saw("player", new IPAddress(client).ToString()),
            Viewers.ClientsMax + 100);

        Assert.Equal(Viewers.ClientsMax, _viewers.Of(Slug));
    }

    [Fact]
    public void Viewers_OfTwoChannels_AreCountedApart()
    {
        for (var i = 0; i < 2; i++)
        {
            Saw("player");
            Saw("player", slug: "other");
            Saw("second player", slug: "other");
            _time.Advance(Reload);
        }

        Assert.Equal((1, 2, 0), (_viewers.Of(Slug), _viewers.Of("other"), _viewers.Of("nobody's")));
    }

    private void Watch(Action<int> ask, int clients)
    {
        for (var round = 0; round < 2; round++)
        {
            for (var client = 0; client < clients; client++)
            {
                ask(client);
            }

            _time.Advance(Reload);
        }
    }

    private void Saw(string userAgent, string address = "192.0.2.1", string slug = Slug, string? method = null)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method ?? HttpMethods.Get;
        context.Request.Headers.UserAgent = userAgent;
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        _viewers.Saw(slug, context);
    }
}
