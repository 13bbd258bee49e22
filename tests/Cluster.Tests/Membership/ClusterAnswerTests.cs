using Streaming.Cluster.Channels;
using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Tests.Membership;

/// <summary>Whether the cluster answers is found out by asking it.</summary>
public sealed class ClusterAnswerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Cluster_OfAMemberThatIsUp_Answers()
    {
        await using var member = await ClusterMember.StartAsync(_folder);

        await ClusterAnswer.AwaitAsync<ChannelEntity>(member.System, CancellationToken.None).WaitAsync(Patience);
    }

    [Fact]
    public async Task Cluster_ThatEndedTheMembership_SaysSo()
    {
        var (ending, goesOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var member = await ClusterMember.StartAsync(_folder, () =>
        {
            ending.TrySetResult();
            return goesOn.Task; // The actor system is there until this is done.
        });
        member.Cluster.Down(member.Cluster.SelfAddress);
        await ending.Task.WaitAsync(Patience);

        // The node may learn of its end before it is asked, or find that nobody is there any more.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var refusal = await Record.ExceptionAsync(() => ClusterAnswer.AwaitAsync<ChannelEntity>(member.System, patience.Token));
        goesOn.SetResult();

        Assert.Contains("cluster", Assert.IsType<InvalidOperationException>(refusal).Message, StringComparison.Ordinal);
    }
}
