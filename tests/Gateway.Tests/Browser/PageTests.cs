using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Storage;
using Streaming.Pipeline.Tests.Storage.Gcs;

namespace Streaming.Gateway.Tests.Browser;

/// <summary>The home page and the studio in a browser, and every page on a phone.</summary>
[Collection(nameof(Chromium))]
[Trait("Category", "Slow")]
public sealed class PageTests(Chromium chromium)
{
    [Fact]
    public async Task HomePage_ChannelLive_ShowsItWithItsPicture()
    {
        await using var node = await Node.StartAsync();
        var live = await node.CreateChannelAsync("on-air");
        await node.CreateChannelAsync("asleep");
        await using var publisher = live.Publish(await Sources.AudioAndVideo);
        await live.LiveAsync("source", "240p", "audio");
        await using var page = await chromium.OpenAsync(node.Address);

        var card = page.Page.Locator("a[href='/watch/on-air']").First;
        await card.WaitForAsync();
        await card.GetByText("Live", new() { Exact = true }).First.WaitForAsync();
        await Eventually.HoldsAsync("the thumbnail is shown", () => page.Page.EvaluateAsync<bool>(
            "() => (document.querySelector(\"a[href='/watch/on-air'] img\")?.naturalWidth ?? 0) > 0"));
        await page.Page.GetByText("asleep").First.WaitForAsync();

        await card.ClickAsync();
        await page.PlaysAsync();
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Studio_NewChannel_ShowsKeyOnceAndIngestAsItComes()
    {
        await using var node = await Node.StartAsync();
        await using var page = await chromium.OpenAsync(new Uri(node.Address, "/studio/my-show"));
        await page.Page.GetByLabel("Admin token").FillAsync("wrong-token");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Make the channel" }).ClickAsync();
        await page.Page.GetByText("did not take this admin token").WaitForAsync();

        await page.Page.GetByLabel("Admin token").FillAsync(Node.AdminToken);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await page.Page.GetByLabel("Title").FillAsync("My show");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Make the channel" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Heading, new() { Name = "My show" }).WaitForAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Show the stream key" }).ClickAsync();
        var key = await page.Page.GetByLabel("Stream key", new() { Exact = true }).InnerTextAsync();
        Assert.Matches("^[A-Za-z0-9_-]{32}$", key);
        await page.Page.GetByText("Nothing comes in").WaitForAsync();

        await using var publisher = new TestChannel(node, "my-show", key).Publish(await Sources.AudioAndVideo);
        await page.Page.Locator(".state-live").WaitForAsync();
        await page.Page.GetByText("640 × 360").First.WaitForAsync();
        await page.Page.GetByText("every 1").First.WaitForAsync();
        await publisher.KillAsync();
        await page.Page.Locator(".state-interrupted").WaitForAsync();
    }

    [Fact]
    public async Task Studio_NewChannel_KeepsWhatIsTypedWhileTheServerCannotBeReached()
    {
        await using var node = await Node.StartAsync();
        await using var page = await chromium.OpenAsync(new Uri(node.Address, "/studio/my-show"));
        await page.Page.GetByLabel("Admin token").WaitForAsync();
        var answered = new TaskCompletionSource();
        await page.Page.RouteAsync("**/api/channels/my-show", async route =>
        {
            await answered.Task;
            await route.ContinueAsync();
        });
        await page.Page.GetByLabel("Admin token").FillAsync(Node.AdminToken);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();

        // With a token the page asks anew: until it is answered there is nothing to type into.
        await page.Page.GetByRole(AriaRole.Status, new() { Name = "Loading" }).WaitForAsync();
        Assert.Equal(0, await page.Page.GetByLabel("Title").CountAsync());
        answered.SetResult();
        await page.Page.GetByLabel("Title").FillAsync("My show");
        await page.Page.UnrouteAllAsync();
        var refused = 0;
        await page.Page.RouteAsync("**/api/channels/my-show", route =>
        {
            refused++;
            return route.AbortAsync();
        });
        await Eventually.HoldsAsync("the page has asked in vain", () => Task.FromResult(refused > 1));

        Assert.Equal("My show", await page.Page.GetByLabel("Title").InputValueAsync());
    }

    [Fact]
    public async Task Studio_Recording_IsDeletedOnceThatIsConfirmed()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var channel = await node.CreateChannelAsync();
        await using (var publisher = channel.Publish(await Sources.AudioAndVideo))
        {
            await channel.LiveAsync("source", "audio");
            await publisher.StopAsync();
        }

        await using var page = await chromium.OpenAsync(node.Address);
        await page.Page.EvaluateAsync("token => sessionStorage.setItem('admin-token', token)", Node.AdminToken);
        await page.Page.GotoAsync(new Uri(node.Address, $"/studio/{channel.Slug}").ToString());
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Delete the recording of" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        Assert.NotEqual("[]", await node.Viewer.GetStringAsync($"/api/channels/{channel.Slug}/recordings"));

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Delete the recording of" }).ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Delete the recording", Exact = true }).ClickAsync();

        await page.Page.GetByText("A broadcast appears here when it has ended.").WaitForAsync();
        Assert.Equal("[]", await node.Viewer.GetStringAsync($"/api/channels/{channel.Slug}/recordings"));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Studio_TranscoderCannotBeUsed_SaysWhyToWhoHasTheToken()
    {
        await using var node = await Node.StartAsync("Ladder:Ffmpeg=/nonexistent/ffmpeg");
        var channel = await node.CreateChannelAsync();
        await using var page = await chromium.OpenAsync(node.Address);
        await page.Page.EvaluateAsync("token => sessionStorage.setItem('admin-token', token)", Node.AdminToken);

        await page.Page.GotoAsync(new Uri(node.Address, $"/studio/{channel.Slug}").ToString());

        await page.Page.GetByText("/nonexistent/ffmpeg").WaitForAsync();
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Admin_BucketIsAway_ShowsWhatWaitsForIt_UntilNothingDoes()
    {
        await using var fake = await FakeGcs.StartAsync();
        await using var node = await Node.StartAsync(
            "Storage:Kind=gcs", $"Storage:Bucket={fake.Bucket}", $"--STORAGE_EMULATOR_HOST={fake.Address.Authority}");
        fake.Weather = static kind => new(kind, FakeFaultKind.Status);
        await node.Services.GetRequiredService<IMediaStorage>().WriteAsync("live/b/source/0.m4s", [new byte[2000]], 0, default);
        await using var page = await chromium.OpenAsync(node.Address);
        await page.Page.EvaluateAsync("token => sessionStorage.setItem('admin-token', token)", Node.AdminToken);

        await page.Page.GotoAsync(new Uri(node.Address, "/admin").ToString());

        await page.Page.GetByText("The bucket takes nothing now").WaitForAsync();
        await page.Page.GetByText("1 file, 2.0 kB").WaitForAsync();
        await page.Page.GetByText("2.0 kB of 4.3 GB").WaitForAsync();
        fake.Weather = null;
        await page.Page.GetByText("nothing", new() { Exact = true }).WaitForAsync();
        Assert.Empty(page.Complaints);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/watch/narrow")]
    [InlineData("/recordings/narrow")]
    [InlineData("/studio/narrow")]
    [InlineData("/admin")]
    [InlineData("/nowhere")]
    public async Task Page_OnPhone_FitsItsWidth(string path)
    {
        await using var node = await Node.StartAsync();
        var channel = await node.CreateChannelAsync("narrow");
        await using var publisher = channel.Publish(await Sources.AudioAndVideo);
        await channel.LiveAsync("source", "240p", "audio");
        await using var page = await chromium.OpenAsync(node.Address, 390, 844);
        await page.Page.EvaluateAsync("token => sessionStorage.setItem('admin-token', token)", Node.AdminToken);

        await page.Page.GotoAsync(new Uri(node.Address, path).ToString());
        await page.Page.Locator("#main h1, #main video").First.WaitForAsync();

        Assert.Equal(0, await page.OverflowAsync());
        Assert.Empty(page.Complaints);
    }
}
