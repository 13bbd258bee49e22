using Grpc.Core;

namespace Streaming.Gateway.MediaPlane;

/// <summary>The service <c>Workers</c> of transcode.proto with messages of ours in place of the generated ones: see <see cref="TranscodeMethod"/>.</summary>
[BindServiceMethod(typeof(WorkersBase), nameof(Bind))]
internal abstract class WorkersBase
{
    /// <summary>Called by gRPC, with null to learn which methods there are.</summary>
    public static void Bind(ServiceBinderBase binder, WorkersBase? service) =>
        binder.AddMethod(TranscodeMethod.Transcode, service is null ? null! : service.Transcode);

    /// <summary>Works on a run as long as the call lasts.</summary>
    public abstract Task Transcode(
        IAsyncStreamReader<FeedFrame> requestStream, IServerStreamWriter<RunFrame> responseStream, ServerCallContext context);
}
