using System.Text;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Storage;
using Bnn.Trainer.Commands;
using Bnn.Trainer.Data;
using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer.Experiments;

/// <summary>How the work on a run ended.</summary>
internal enum RunOutcome
{
    /// <summary>Its result is kept.</summary>
    Finished,

    /// <summary>No epoch more fits into the piece; its state is saved.</summary>
    OutOfTime,

    /// <summary>Another process works on it.</summary>
    Elsewhere,
}

/// <summary>Takes a run from where it stands to its result, and saves it after every epoch.</summary>
/// <param name="piece">What it belongs to.</param>
internal sealed class RunWorker(Piece piece)
{
    private static readonly TimeSpan s_betweenLines = TimeSpan.FromSeconds(30);

    /// <summary>Works on a run as long as the piece has time.</summary>
    /// <exception cref="OperationCanceledException">Stopped; the epochs done are saved.</exception>
    public RunOutcome Work(PlannedRun run)
    {
        using FileStream? held = piece.Work.TryLock(run);
        if (held is null)
            return RunOutcome.Elsewhere;
        RunResult? stored = piece.Results.Find(run); // another process may have finished it meanwhile
        if (stored is not null && piece.IsComplete(run, stored) && (!piece.IsCheckpointWanted(run) || piece.Work.IsFinished(run)))
        {
            piece.Keep(run, stored);
            return RunOutcome.Finished;
        }
        if (stored is not null && !piece.IsCheckpointWanted(run) && ModelOf(run) is { } model)
        {
            Network network = BnnFile.Load(model);
            Finish(run, stored with { Test = stored.Test ?? ReadTest(run, network) }, model);
            return RunOutcome.Finished;
        }
        using TrainingRun training = Open(run);
        if (!Train(run, training))
            return RunOutcome.OutOfTime;
        RunResult result = Measure(run, training, stored);
        if (stored is not null && !IsSame(stored, result))
        {
            throw new InvalidDataException(
                $"{run.Title} was computed again and gave another result than the one that is kept: "
                + $"bits changed under engine version {TrainingEngine.Version}. The result stays; its key is {run.Key}.");
        }
        piece.Save(() => piece.Work.SetFinished(run));
        Finish(run, result, piece.Work.FindModel(run));
        return RunOutcome.Finished;
    }

    private string? ModelOf(PlannedRun run) => piece.Results.FindModel(run) ?? piece.Work.FindModel(run);

    private void Finish(PlannedRun run, RunResult result, string? model)
    {
        piece.Save(() => piece.Results.Save(run, result, piece.Plan.Experiment.KeepsModels ? model : null));
        piece.Keep(run, result);
        string test = result.Test is { } measured ? $", test {Text.Percent(measured.Accuracy)}" : "";
        piece.Log($"{run.Title}: done, validation {Text.Percent(result.Validation.Accuracy)}{test}");
    }

    private TrainingRun Open(PlannedRun run)
    {
        LabeledImages data = piece.Data.Train(run.Arm.Data);
        if (piece.Work.IsBegun(run))
            return Resume(run);
        using TrainingRun? parent = run.Parent is null ? null : Resume(run.Parent);
        TrainingRun training = run.Arm.Variant.Method.Start(run.Recipe, data, parent, piece.Threads);
        piece.Save(() => piece.Work.Save(run, training, RunTime.None));
        return training;

        TrainingRun Resume(PlannedRun begun) => TrainingRun.Resume(RunFolder.Open(piece.Work.Of(begun)).ReadCheckpoint(), data, piece.Threads);
    }

    // Whether all epochs are done.
    private bool Train(PlannedRun run, TrainingRun training)
    {
        RunTime time = piece.Work.Time(run);
        string of = $"of {Text.Count(training.Options.Epochs, "epoch")}";
        if (!training.IsFinished)
        {
            string begins = training.EpochsDone == 0 ? $"begins, {Text.Count(training.Options.Epochs, "epoch")}" : $"goes on after {training.EpochsDone} {of}";
            piece.Log($"{run.Title}: {begins}");
        }
        long lastLine = piece.Clock.GetTimestamp();
        while (!training.IsFinished)
        {
            if (!piece.HasTimeFor(time.Epochs > 0 ? time.EpochSeconds : piece.Times.Of(run)))
            {
                piece.Log($"{run.Title}: {training.EpochsDone} {of} saved; no other fits into this piece");
                return false;
            }
            long start = piece.Clock.GetTimestamp();
            TimeSpan processor = Environment.CpuUsage.TotalTime;
            EpochRecord epoch = training.RunEpoch(cancel: piece.Cancel);
            time = time.Plus(piece.Clock.GetElapsedTime(start), piece.IsAlone ? Environment.CpuUsage.TotalTime - processor : null);
            piece.Save(() => piece.Work.Save(run, training, time));
            piece.Times.Learn(run, time, piece.Machine);
            if (piece.Clock.GetElapsedTime(lastLine) >= s_betweenLines && !training.IsFinished)
            {
                lastLine = piece.Clock.GetTimestamp();
                piece.Log(
                    $"{run.Title}: epoch {epoch.Epoch} {of}, loss {Text.Fixed(epoch.TrainingLoss, 3)}, validation {Text.Percent(epoch.ValidationAccuracy)}, "
                    + $"{Text.Duration(TimeSpan.FromSeconds(time.EpochSeconds))} an epoch");
            }
        }
        return true;
    }

    // Folds what can be folded, and measures it.
    private RunResult Measure(PlannedRun run, TrainingRun training, RunResult? stored)
    {
        bool wantsTest = stored?.Test is null && piece.Plan.Experiment.ReadsTest;
        var result = new RunResult
        {
            Key = run.Key,
            Engine = TrainingEngine.Version,
            Arm = run.Arm.Label,
            Seed = run.Seed,
            Command = CommandOf(run),
            Parent = run.Parent?.Key,
            Data = run.Arm.Data.Argument,
            DataHash = run.DataHash,
            Options = RunResult.Json(training.Options),
            TrainingSamples = training.Split.Training.Count,
            Validation = new(0, 0),
            Test = stored?.Test,
            Time = piece.Work.Time(run),
            Machine = piece.Machine,
            History = training.History,
        };
        if (training.Options.FullPrecision)
        {
            LabeledImages? test = wantsTest ? TestSamples(run) : null;
            return result with
            {
                Validation = Share(training.History[^1].ValidationAccuracy, training),
                Test = test is null ? result.Test : new(Right(training.ToCheckpoint().Predict(test, piece.Threads, piece.Cancel), test), test.Count),
            };
        }
        FoldedModel folded = training.Fold(piece.Cancel);
        RunFolder folder = RunFolder.Open(piece.Work.Of(run));
        piece.Save(() => folder.SaveModel(folded.Network));
        BnnFile.Load(folder.ModelPath, out string hash);
        return result with
        {
            Validation = Share(folded.ValidationAccuracy, training),
            Test = wantsTest ? ReadTest(run, folded.Network) : result.Test,
            Model = new(hash, new FileInfo(folder.ModelPath).Length, LayerFacts.Of(folded.Network).Sum(layer => layer.LiveWeights), folded.Network.Operations()),
        };
    }

    private static int Right(int[] predicted, LabeledImages samples) => predicted.Zip(samples.Labels).Count(pair => pair.First == pair.Second);

    private static Measured Share(double accuracy, TrainingRun training)
    {
        int held = training.Split.Validation.Count;
        return new(held == 0 ? 0 : (int)Math.Round(accuracy * held), held);
    }

    /// <summary>The line that a person types to repeat a run; of its parent, before it.</summary>
    private static string CommandOf(PlannedRun run)
    {
        var line = new StringBuilder(run.Parent is null ? "" : CommandOf(run.Parent) + "; ");
        return line.Append("bnn ").AppendJoin(' ', run.Line.Select(Text.Argument)).ToString();
    }

    private Measured ReadTest(PlannedRun run, Network network)
    {
        EvaluationResult result = Classification.Run(new Interpreter(network), TestSamples(run), piece.Cancel);
        return new(result.Correct, result.Samples);
    }

    private LabeledImages TestSamples(PlannedRun run)
    {
        LabeledImages data = piece.Data.Train(run.Arm.Data);
        return run.Arm.Data.ReadSplit(DataSet.Test, piece.Data.Access, new(run.Title, data.Shape, data.ClassNames.Count, data.ClassNames, run.DataHash));
    }

    // As far as a file keeps it.
    private static bool IsSame(RunResult stored, RunResult found) => stored.Validation == found.Validation
        && stored.Model?.Operations == found.Model?.Operations && stored.History.Count == found.History.Count
        && stored.History.Zip(found.History).All(pair => Math.Abs(pair.First.TrainingLoss - pair.Second.TrainingLoss) < 1e-6);
}
