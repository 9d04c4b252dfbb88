using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary>A folder of runs that a command makes one after the other, and finds again when it is called again.</summary>
/// <param name="context">Where the runs write.</param>
/// <param name="path">The folder.</param>
/// <param name="data">What all of them are trained on.</param>
/// <param name="threads">Threads to use; 0: one per processor.</param>
internal sealed class StudyFolder(CommandContext context, string path, LabeledImages data, int threads)
{
    /// <summary>Where a run lies.</summary>
    public string Of(string name) => Path.Combine(path, name);

    /// <summary>Whether a run is there and has all its epochs.</summary>
    public bool IsFinished(string name) => RunFolder.Exists(Of(name)) && RunFolder.Open(Of(name)).ReadCheckpoint().IsFinished;

    /// <summary>The finished run of a name: begun, gone on with, or found.</summary>
    /// <param name="name">Of its folder.</param>
    /// <param name="start">Starts it if it is not there.</param>
    /// <param name="fits">Whether a run that is there was started with the same options.</param>
    /// <exception cref="UsageException">It was not.</exception>
    public TrainingRun Run(string name, Func<TrainingRun> start, Func<TrainingOptions, bool> fits)
    {
        bool isNew = !RunFolder.Exists(Of(name));
        TrainingRun run = isNew ? start() : TrainingRun.Resume(RunFolder.Open(Of(name)).ReadCheckpoint(), data, threads);
        if (!fits(run.Options))
            throw new UsageException($"{Of(name)} was made with other epochs, rate or seed. Say the same again, or name another folder: --out.");
        if (isNew || !run.IsFinished)
            (isNew ? RunSession.Begin(context, run, Of(name)) : RunSession.GoOn(context, run, Of(name))).Train();
        return run;
    }
}
