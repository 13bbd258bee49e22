using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Persistence;

namespace Streaming.Cluster.Tests.Membership;

/// <summary>A node that is told of no other is a cluster of one, which stores events and takes its leave in order.</summary>
public sealed class ClusterNodeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Start_ToldOfNoOther_IsUpByItself()
    {
        await using var member = await ClusterMember.StartAsync(_folder);
        var up = new TaskCompletionSource();
        member.Cluster.RegisterOnMemberUp(up.SetResult);
        await up.Task.WaitAsync(Patience);

        Assert.Equal("none", member.Cluster.SelfAddress.Protocol.Split('.')[^1]);
    }

    [Fact]
    public async Task Events_Stored_AreThereAfterARestart()
    {
        for (var run = 0; run < 3; run++)
        {
            await using var member = await ClusterMember.StartAsync(_folder);
            var remembering = member.System.ActorOf(Props.Create(() => new Remembering()));
            Assert.Equal(run, (await remembering.Ask<string[]>("what?", Patience)).Length);
            Assert.Equal($"stored {run}", await remembering.Ask<string>($"{run}", Patience));
        }
    }

    [Fact]
    public async Task Message_OfNoFormat_IsWrittenByNobody()
    {
        await using var member = await ClusterMember.StartAsync(_folder);

        var refusal = Assert.Throws<SerializationException>(() => member.System.Serialization.Serialize(new Unwritten(1)));

        Assert.Contains(nameof(Unwritten), refusal.Message, StringComparison.Ordinal);
        Assert.Throws<SerializationException>(() => member.System.Serialization.Deserialize("{}"u8.ToArray(), 1, typeof(Unwritten)));
    }

    [Fact]
    public async Task Stop_OfTheHost_EndsWhatIsToEndFirst()
    {
        var member = default(ClusterMember);
        var wasThere = false;
        member = await ClusterMember.StartAsync(_folder, () =>
        {
            wasThere = !member!.System.WhenTerminated.IsCompleted;
            return Task.CompletedTask;
        });
        var system = member.System;

        await member.DisposeAsync();

        Assert.True(wasThere);
        Assert.True(system.WhenTerminated.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Cluster_EndsTheMembership_TheHostEndsToo()
    {
        var ended = new TaskCompletionSource();
        await using var member = await ClusterMember.StartAsync(_folder, () =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        });
        var stopped = member.Stopped;

        member.Cluster.Down(member.Cluster.SelfAddress);

        await ended.Task.WaitAsync(Patience);
        await stopped.WaitAsync(Patience);
    }

    private sealed record Unwritten(int Number);

    /// <summary>Stores the texts that it is told.</summary>
    private sealed class Remembering : UntypedPersistentActor
    {
        private readonly List<string> _texts = [];

        public override string PersistenceId => "remembering";

        protected override void OnRecover(object message)
        {
            if (message is string text)
            {
                _texts.Add(text);
            }
        }

        protected override void OnCommand(object message)
        {
            if (message is "what?")
            {
                Sender.Tell(_texts.ToArray());
            }
            else
            {
                Persist((string)message, text =>
                {
                    _texts.Add(text);
                    Sender.Tell($"stored {text}");
                });
            }
        }
    }
}
