using System.Globalization;
using Microsoft.Playwright;
using Streaming.Cluster.Channels;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>What those need of the pages who use a keyboard or have them read out.</summary>
[Collection(nameof(Chromium))]
[Trait("Category", "Slow")]
public sealed class KeyboardAndHeadingTests(Chromium chromium)
{
    private static readonly string[] Controls = ["Position in the broadcast", "Pause", "Mute", "Volume", "Full screen"];

    [Fact]
    public async Task Tab_ControlsHaveFaded_ReachesEachOfThem()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        await channel.LiveAsync("source", "audio");
        await using var page = await chromium.OpenAsync(new Uri(node.Address, $"/watch/{channel.Slug}"));
        await page.PlaysAsync();
        await page.Page.Locator(".player.is-idle").WaitForAsync();

        var reached = new List<string>();
        for (var i = 0; i < 25 && !reached.Contains("Full screen"); i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            reached.Add(await page.Page.EvaluateAsync<string>("() => document.activeElement?.ariaLabel ?? ''"));
        }

        Assert.Equal(Controls, reached.Where(Controls.Contains));
        await Eventually.GetAsync(
            "what has the focus can be seen",
            () => page.Page.EvaluateAsync<double>("() => +getComputedStyle(document.querySelector('.controls')).opacity"),
            opacity => opacity == 1);
    }

    [Fact]
    public async Task Headings_OfEveryPage_LeaveNoLevelOut()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync("read-out");
        await using (var publisher = channel.Publish(await Sources.AudioAndVideo))
        {
            await channel.LiveAsync("source", "audio");
            await publisher.StopAsync();
        }

        await Eventually.GetAsync(
            "there is a recording",
            () => node.Viewer.GetStringAsync($"/api/channels/{channel.Slug}/recordings"),
            recordings => recordings != "[]");
        await using var live = channel.Publish(await Sources.AudioAndVideo);
        await channel.LiveAsync("source", "audio");
        await using var page = await chromium.OpenAsync(node.Address);
        await page.Page.EvaluateAsync("token => sessionStorage.setItem('admin-token', token)", Node.AdminToken);
        foreach (var (path, heading) in new (string, string)[]{
            ("/", "read-out"), ("/watch/read-out", "Past broadcasts"), ("/recordings/read-out", "read-out"),
            ("/studio/read-out", "Recordings"), ("/admin", "New channel"), ("/nowhere", "nothing") })
        {
            await page.Page.GotoAsync(new Uri(node.Address, path).ToString());
            await page.Page.GetByRole(AriaRole.Heading, new() { Name = heading }).First.WaitForAsync();
            var levels = await page.Page.EvaluateAsync<int[]>(
                "() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((heading) => +heading.tagName[1])");
            Assert.True(levels.Count(level => level == 1) == 1, $"{path} has headings of level {string.Join(", ", levels)}");
            Assert.All(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1, $"{path}: {pair}"));
        }
    }

    [Fact]
    public async Task ChannelForm_Fields_TakeWhatTheServerTakes()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        await using var page = await chromium.OpenAsync(node.Address);
        await page.Page.EvaluateAsync("token => sessionStorage.setItem('admin-token', token)", Node.AdminToken);
        await page.Page.GotoAsync(new Uri(node.Address, "/admin").ToString());

        await AssertLengthAsync("Address", Channel.SlugLengthMax);
        await AssertLengthAsync("Title", Channel.TitleLengthMax);

        async Task AssertLengthAsync(string label, int length) => Assert.Equal(
            length.ToString(CultureInfo.InvariantCulture), await page.Page.GetByLabel(label).GetAttributeAsync("maxlength"));
    }
}
